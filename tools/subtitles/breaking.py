"""Where a subtitle's lines are broken.

Rules of Netflix's guides (Timed Text Style Guide, "Line treatment"): one line where the words fit; else after
punctuation, before conjunctions and prepositions, never between an article, an adjective or a first name and
what belongs to it; the lower line rather the longer one.
"""

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from tools.novels.chinese.dictionary import load_dictionary
from tools.subtitles.file import Format
from tools.subtitles.markup import split_markup, visible
from tools.subtitles.profiles import Profile

_DIALOGUE = re.compile(r"\s*(?:[-\u2013\u2014\u2010\u2022>]|\S{1,20}:\s)")
_AFTER = frozenset(",;:.!?…，。、；：！？」』”）")
_SENTENCE = frozenset(".!?…。！？")
_NOT_FIRST = frozenset("，。、；：！？」』”’）》〉】%‰℃…—·.,;:!?)]}")
_NOT_LAST = frozenset("「『“‘（《〈【([{$¥£€")
_LINKS = """
and or but nor so yet because although though while when where which who whom whose that if unless until since
as than in on at by for with from to of about into over after before under between through without
und oder aber denn weil dass wenn als mit von zu et ou mais donc que qui parce quand avec dans pour
y o pero porque que cuando con para
"""  # conjunctions and prepositions, which a line may well begin with
_LEADS = """
a an the my your his her its our their this that these those i you he she it we they not to of in on at by
for with from and or but very more most mr. mrs. ms. dr. der die das ein eine einen dem den le la les un une
des du el los las una
"""  # what belongs to the word behind it, so that no line ends with it
_BEFORE = frozenset(_LINKS.split())
_NOT_AFTER = frozenset(_LEADS.split())
_SPACE = re.compile(r"\s+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_MOST_CANDIDATES = 400  # places in one cue; more words than that are no subtitle


class _Place(NamedTuple):
    """A place where a line may end: before ``after`` and after ``before``, offsets in the raw text."""

    before: int
    after: int
    cost: float


@lru_cache(maxsize=4096)  # a cue's lines are asked for by each step that looks at the finished film
def break_lines(text: str, profile: Profile, format: Format) -> str:
    """The text in as few lines as it fits, at the best places; as many as needed where it fits nowhere.

    Lines of a dialogue (``- Yes. / - No.``) and texts that already fit one line are left as they are.
    """
    lines = text.split("\n")
    if len(lines) > 1 and all(_DIALOGUE.match(visible(line, format)) for line in lines):
        return text
    joined = _joined(lines)
    if profile.length(visible(joined, format)) <= profile.cpl:
        return joined
    places = sorted(_places(joined, format))[:_MOST_CANDIDATES]
    ruler = _Ruler(joined, places, profile, format)
    for count in range(2, profile.max_lines + 1):
        best = _best(joined, places, count, ruler)
        if best is not None:
            return best
    return _as_they_come(joined, places, ruler)


def _joined(lines: list[str]) -> str:
    """One line: with spaces, but for scripts that have none."""
    joined = lines[0].strip()
    for line in (line.strip() for line in lines[1:]):
        glue = "" if joined and line and _CJK.match(joined[-1]) and _CJK.match(line[0]) else " "
        joined = f"{joined}{glue}{line}".strip()
    return joined


def _places(text: str, format: Format) -> Iterator[_Place]:
    """Every place where a line may end, with what is against it."""
    at = 0
    for piece in split_markup(text, format):
        if not piece.is_tag:
            yield from _places_in_words(text, at, at + len(piece.source))
        at += len(piece.source)


def _places_in_words(text: str, start: int, end: int) -> Iterator[_Place]:
    for space in _SPACE.finditer(text, start, end):
        if space.start() > 0 and space.end() < len(text):
            yield _Place(space.start(), space.end(), cost_at_space(text, space.start(), space.end()))
    if not _CJK.search(text, start, end):
        return
    word_ends = _word_ends(text)
    signs = {found.start() for found in _CJK.finditer(text, max(start - 1, 0), end)}
    for at in range(max(start, 1), end):
        before = text[at - 1]
        if at in signs and (at - 1 in signs or before in _AFTER) and before not in _NOT_LAST:
            within = 1.0 if at in word_ends else 2.0
            yield _Place(at, at, 0.0 if before in _SENTENCE else 0.2 if before in _AFTER else within)


def _word_ends(text: str) -> set[int]:
    """Where a Chinese word ends: the longest known word is taken, from left to right.

    Japanese and Korean are segmented badly so, which costs beauty alone.
    """
    words = load_dictionary().words
    ends: set[int] = set()
    at = 0
    while at < len(text):
        at += next((size for size in (4, 3, 2) if text[at : at + size] in words), 1)
        ends.add(at)
    return ends


def cost_at_space(text: str, before: int, after: int) -> float:
    last = text[max(0, before - 20) : before].rpartition(" ")[2]
    following = text[after : after + 20].partition(" ")[0]
    if following[:1] in _NOT_FIRST:
        return 3.0
    if last.lower() in _NOT_AFTER or last[-1:] in _NOT_LAST:
        return 2.0
    if last[-1:] in _SENTENCE:
        return 0.0
    if last[-1:] in _AFTER:
        return 0.2
    if last[:1].isupper() and following[:1].isupper():
        return 1.5  # a first and a last name
    return 0.4 if following.lower().strip(",.") in _BEFORE else 1.0


class _Ruler:
    """How long a text is between any two places of it, measured once.

    No place stands within a tag or an entity, so lengths add up.
    """

    def __init__(self, text: str, places: Sequence[_Place], profile: Profile, format: Format) -> None:
        self.cpl = profile.cpl
        self.end = len(text)
        self._half_width = profile.half_width
        self._counts: dict[int, tuple[int, int]] = {0: (0, 0)}
        offsets = {offset for place in places for offset in (place.before, place.after)} | {self.end}
        if visible(text, format) is text:
            counts = profile.wide_counts(text)
            self._counts |= {at: (at, counts[at]) for at in offsets}
            return
        signs = wide = done = 0
        for at in sorted(offsets):
            words = visible(text[done:at], format)
            signs += len(words)
            wide += profile.wide_signs(words)
            self._counts[at] = signs, wide
            done = at

    def length(self, start: int, end: int) -> float:
        """As ``Profile.length`` has it, of what is seen between two places, the text's ends included."""
        signs, wide = self._counts[end]
        signs_before, wide_before = self._counts[start]
        wide -= wide_before
        return wide + (signs - signs_before - wide) * self._half_width


def _best(text: str, places: Sequence[_Place], count: int, ruler: _Ruler) -> str | None:
    """The text in that many lines, none too long; None when no breaks do that."""
    if count > 3 and len(places) > 30:
        return None  # so many lines are broken as they come
    if count == 2:
        return _in_two(text, places, ruler)
    best: tuple[float, Sequence[_Place]] | None = None
    for chosen in combinations(places, count - 1):
        starts = [0, *(place.after for place in chosen)]
        ends = [*(place.before for place in chosen), ruler.end]
        lengths = list(map(ruler.length, starts, ends))
        if max(lengths) > ruler.cpl or not min(lengths):
            continue
        score = sum(place.cost for place in chosen) + _unbalance(lengths, ruler)
        if best is None or score < best[0]:
            best = score, chosen
    return best and _broken(text, best[1])


def _in_two(text: str, places: Sequence[_Place], ruler: _Ruler) -> str | None:
    """As ``_best`` has it, for what nearly all cues are."""
    best, lowest = None, math.inf
    for place in places:
        if place.cost >= lowest:
            continue
        top, bottom = ruler.length(0, place.before), ruler.length(place.after, ruler.end)
        if 0 < top <= ruler.cpl and 0 < bottom <= ruler.cpl:
            score = place.cost + _unbalance((top, bottom), ruler)
            if score < lowest:
                best, lowest = place, score
    return best and _broken(text, [best])


def _unbalance(lengths: Sequence[float], ruler: _Ruler) -> float:
    """What is against lines of these lengths."""
    uneven = (max(lengths) - min(lengths)) / ruler.cpl
    top_heavy = max(0.0, lengths[0] - lengths[-1]) / ruler.cpl
    return 1.5 * uneven + 0.3 * top_heavy


def _as_they_come(text: str, places: Sequence[_Place], ruler: _Ruler) -> str:
    """Lines filled one after the other, however many they get."""
    chosen: list[_Place] = []
    start = 0
    for place, following in zip(places, [*places[1:], None], strict=True):
        end = ruler.end if following is None else following.before
        if ruler.length(start, end) > ruler.cpl:
            chosen.append(place)
            start = place.after
    return _broken(text, chosen)


def _broken(text: str, places: Sequence[_Place]) -> str:
    lines: list[str] = []
    start = 0
    for place in places:
        lines.append(text[start : place.before])
        start = place.after
    return "\n".join([*lines, text[start:]])
