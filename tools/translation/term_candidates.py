"""Words of a text that may be names or terms: by how they are written and how often, without knowing them.

Rules find candidates, a model says which of them are terms. So nothing becomes a term that the text lacks.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tools.novels.chinese.dictionary import load_dictionary
from tools.translation.protection import without_marks

MOST = 200  # candidates of one text
_SAMPLE = 400_000  # characters; names of a longer text stand in so many
_TWICE, _THRICE = 2, 3  # how often a candidate stands there at least: with capitals, and without
_EXAMPLES = 2
_EXAMPLE_CHARACTERS = 160
_PARTICLE = "of the|of|de la|de|da|di|del|della|du|des|van der|van|von|al|bin"
_NAME = re.compile(rf"[^\W\d_a-zß-ÿ][\w’'-]*(?: (?:(?:{_PARTICLE}) )?[^\W\d_a-zß-ÿ][\w’'-]*)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?…:\n]|[-–—\"“”„«»(¿¡])\s*$")
_RUN = re.compile("[\u3400-\u9fff]{2,}|[\u30a0-\u30ff]{2,}|[\uac00-\ud7af]{2,}")
_LONGEST = 6  # characters
_SMALL = frozenset(
    "的了是在和不我你他她它们这那有就也都要会说着过去来很吗呢吧啊与及或但而把被让给对从到上下里中大小个一二三"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Words that stand in a text several times."""

    text: str
    count: int
    examples: tuple[str, ...]


def candidates(texts: Iterable[str], *, most: int = MOST) -> list[Candidate]:
    """The likeliest names and terms of a text's segments, the most frequent ones."""
    plain = list(_sample(texts))
    counts = _capitalised(plain) | _without_capitals(plain)
    likeliest = sorted(counts, key=lambda text: (-counts[text] * len(text.split()), text))[:most]
    return [Candidate(text=text, count=counts[text], examples=_examples(text, plain)) for text in likeliest]


def _sample(texts: Iterable[str]) -> Iterator[str]:
    left = _SAMPLE
    for text in texts:
        if left <= 0:
            return
        left -= len(text)
        yield without_marks(text)


def _capitalised(texts: Sequence[str]) -> dict[str, int]:
    """Words with capitals; single ones only when they stand within a sentence as well."""
    counts: Counter[str] = Counter()
    within: set[str] = set()
    for text in texts:
        for found in _NAME.finditer(text):
            name = re.sub(r"['’]s$", "", found[0])
            counts[name] += 1
            if " " in name or not _SENTENCE_START.search(text, 0, found.start()):
                within.add(name)
    return {
        name: count for name, count in counts.items() if count >= _TWICE and name in within and len(name) > 1
    }


def _without_capitals(texts: Sequence[str]) -> dict[str, int]:
    """Strings of scripts without capitals that come again and are no ordinary word, each in full length."""
    counts: Counter[str] = Counter()
    for text in texts:
        for run in _RUN.findall(text):
            if run[0] >= "\u3400" and run[0] <= "\u9fff":
                counts.update(
                    run[at : at + size]
                    for size in range(2, _LONGEST + 1)
                    for at in range(len(run) - size + 1)
                )
            else:
                counts[run] += 1
    if not counts:
        return {}
    words = load_dictionary().words
    likely = {
        text: count
        for text, count in counts.items()
        if count >= _THRICE and text[0] not in _SMALL and text[-1] not in _SMALL and text not in words
    }
    parts = {
        part
        for text, count in likely.items()
        for part in _parts(text)
        if likely.get(part, 0) and likely[part] <= 1.2 * count
    }
    return {text: count for text, count in likely.items() if text not in parts}


def _parts(text: str) -> Iterator[str]:
    size = len(text)
    for start in range(size):
        for end in range(start + 2, size + 1):
            if end - start < size:
                yield text[start:end]


def _examples(text: str, texts: Sequence[str]) -> tuple[str, ...]:
    found = (each for each in texts if text in each)
    return tuple(example[:_EXAMPLE_CHARACTERS] for _, example in zip(range(_EXAMPLES), found, strict=False))
