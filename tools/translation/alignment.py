"""Whether translations stand under their own ids, or each under a neighbour's.

Nobody sees from one line whether it belongs to its source; of several in a row it shows. Each translation is
held against its own source and against those one and two lines away: lengths (as Gale and Church align
sentences: A Program for Aligning Sentences in Bilingual Corpora, 1993), numbers, names that keep their
letters, question and exclamation marks, quotation marks, brackets. Where a stretch of lines fits a
neighbour's far better than its own, the lines are shifted.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from tools.translation.protection import numbers_in, without_marks

_SHIFTS = (-2, -1, 1, 2)  # lines
_ENOUGH = 7.0
"""How much better a stretch fits elsewhere, in natural logarithms of odds. Of the translations of WMT24 by
four models, in batches of twenty, some three in a hundred are wrongly suspected, which costs one question
more; of such batches with one line left out, all but one in a hundred are found."""
_ENOUGH_AGAIN = 3.5  # of lines that were shifted before
_MISPLACED = 2  # translations with another's numbers: one may be chance
_DEVIATION = 0.35  # of the logarithm of the ratio of lengths
_MOST_FOR_LENGTH = 6.0

_LIKE_ANOTHER = 0.6  # share of a shorter version's pairs of signs that another's translation has, too
_LESS_LIKE_ITS_OWN = 0.8  # of that share, at most, are in its own

_NAME = re.compile(r"[A-Z][\w'’.-]+")
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_SAME = str.maketrans("？！（", "?!(")
_QUOTES = re.compile('["“”„«»「」『』]')


@dataclass(frozen=True)
class _Line:
    """What of a line its translation should show as well."""

    words: str
    length: int
    end: str  #: "?" or "!", else "".
    numbers: frozenset[tuple[str, int]]
    names: frozenset[str]
    is_quoted: bool
    is_bracketed: bool

    @cached_property
    def is_latin(self) -> bool:
        return 2 * len(_LATIN.findall(self.words)) > len(_LETTER.findall(self.words))


def are_shifted(
    sources: Mapping[str, str], translations: Mapping[str, str], *, is_suspected: bool = False
) -> bool:
    """Whether a stretch of translations stands under its neighbours' ids, or two have each other's numbers.

    Args:
        sources: By id, in their order.
        translations: By id; ids may lack, and others may be there.
        is_suspected: Whether an earlier answer was shifted, so that less is enough to believe it of this one.
    """
    ids = list(sources)
    ours = [_line(sources[id]) for id in ids]
    theirs = [_line(translations[id]) if id in translations else None for id in ids]
    if _misplaced(ours, theirs) >= _MISPLACED:
        return True
    length = sum(line.length for line in theirs if line)
    if not length:
        return False
    ratio = sum(our.length for our, their in zip(ours, theirs, strict=True) if their) / length
    own = [_fit(our, their, ratio) if their else 0.0 for our, their in zip(ours, theirs, strict=True)]
    enough = _ENOUGH_AGAIN if is_suspected else _ENOUGH
    return any(_gain(ours, theirs, own, ratio, shift) > enough for shift in _SHIFTS)


def are_exchanged(shorter: Mapping[str, str], translations: Mapping[str, str]) -> bool:
    """Whether shorter versions stand under each other's ids: two or more repeat another's translation.

    Args:
        shorter: By id; ids may lack, and others may be there.
        translations: What had to be made shorter, by id.
    """
    pairs = {id: _pairs(text) for id, text in translations.items()}
    repeating = [id for id in pairs if id in shorter and _repeats_another(_pairs(shorter[id]), id, pairs)]
    return len(repeating) >= _MISPLACED


def _repeats_another(signs: frozenset[str], id: str, pairs: Mapping[str, frozenset[str]]) -> bool:
    if not signs:
        return False
    shares = {of: len(signs & theirs) / len(signs) for of, theirs in pairs.items()}
    own = shares.pop(id)
    return max(shares.values(), default=0.0) >= max(_LIKE_ANOTHER, own / _LESS_LIKE_ITS_OWN)


def _pairs(text: str) -> frozenset[str]:
    signs = "".join(without_marks(text).split()).casefold()
    return frozenset(map("".join, pairwise(signs)))


def _misplaced(ours: Sequence[_Line], theirs: Sequence[_Line | None]) -> int:
    """How many translations have not their own source's numbers but exactly another's."""
    numbers = Counter(our.numbers for our in ours)
    return sum(
        bool(their and their.numbers) and their.numbers != our.numbers and their.numbers in numbers
        for our, their in zip(ours, theirs, strict=True)
        if their
    )


def _gain(
    ours: Sequence[_Line], theirs: Sequence[_Line | None], own: Sequence[float], ratio: float, shift: int
) -> float:
    """How much better the best stretch fits that many lines away."""
    best = current = 0.0
    for place, their in enumerate(theirs):
        there = place + shift
        if their is None or not 0 <= there < len(ours):
            current = 0.0
            continue
        current = max(0.0, current + _fit(ours[there], their, ratio) - own[place])
        best = max(best, current)
    return best


def _line(text: str) -> _Line:
    words = without_marks(text).strip().translate(_SAME)
    last = words.rstrip("\"'“”’»)）」』 ")[-1:]
    return _Line(
        words=words,
        length=len(words),
        end=last if last in "?!" else "",
        numbers=frozenset(numbers_in(words).items()),
        names=frozenset(_NAME.findall(words)),
        is_quoted=_QUOTES.search(words) is not None,
        is_bracketed="(" in words,
    )


def _fit(source: _Line, translation: _Line, ratio: float) -> float:
    """How well they fit each other; the larger the better."""
    deviation = math.log((translation.length * ratio + 3) / (source.length + 3)) / _DEVIATION
    fit = -min(deviation**2 / 2, _MOST_FOR_LENGTH)
    if source.end or translation.end:
        fit += 0.7 if source.end == translation.end else -1.5
    if source.numbers or translation.numbers:
        same = source.numbers & translation.numbers
        fit += 2.0 if source.numbers == translation.numbers else 0.5 if same else -1.5
    if translation.names:
        shared = source.names & translation.names
        fit += min(2.0 * len(shared), 4.0)
        if not translation.is_latin:
            fit -= min(1.5 * len(translation.names - shared), 3.0)
    return (
        fit
        - 0.4 * (source.is_quoted != translation.is_quoted)
        - 0.6 * (source.is_bracketed != translation.is_bracketed)
    )
