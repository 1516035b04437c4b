"""From words with times to cues that can be read: cut where sentences, clauses and pauses end.

The cheapest way to cut is found by dynamic programming. What a cut costs follows the guides for subtitles
(one sentence a cue where it fits; else after punctuation; never where a cue would grow past its lines, its
longest time, or across a long pause).
"""

from collections.abc import Sequence
from itertools import pairwise

from tools.subtitles.breaking import cost_at_space
from tools.subtitles.cues import Cue
from tools.subtitles.profiles import Profile
from tools.video.words import Word, join

_LONG_PAUSE = 900  # milliseconds: nobody waits so long inside a sentence of a subtitle
_PAUSE = 250
_SENTENCE_ENDS = frozenset(".!?…。！？⋯")
_CLAUSE_ENDS = frozenset(",;:，；：、—–")
_CLOSERS = frozenset("\"'”’»)）」』]")
_EACH = 1.0  # a cue more
_INSIDE_SENTENCE = 3.0
_AFTER_CLAUSE = 0.6
_AFTER_PAUSE = 0.8
_TWO_SENTENCES = 2.0  # in one cue
_TOO_SHORT = 1.5
_EMPTY = 1.0  # a cue without a letter; one that is full costs nothing, so that neighbours are alike


def segment(words: Sequence[Word], profile: Profile) -> list[Cue]:
    """Cues in order, their texts in one line each; every word is in exactly one of them.

    Args:
        words: In order of time.
        profile: Of the language that is spoken.
    """
    best: list[tuple[float, int]] = [(0.0, 0)]  # for each number of words: the least cost, and its last cut
    for end in range(1, len(words) + 1):
        best.append(_cheapest(words, end, best, profile))
    cuts = [len(words)]
    while cuts[-1] > 0:
        cuts.append(best[cuts[-1]][1])
    cuts.reverse()
    return [
        Cue(id=number, start=words[first].start, end=words[last - 1].end, text=_text(words[first:last]))
        for number, (first, last) in enumerate(pairwise(cuts), 1)
    ]


def confidences(words: Sequence[Word], cues: Sequence[Cue]) -> dict[int, float | None]:
    """How sure the recogniser is of each cue: of its words, the mean; None where it does not say."""
    found: dict[int, float | None] = {}
    for cue in cues:
        inside = [word.confidence for word in words if cue.start <= word.start < cue.end]
        known = [confidence for confidence in inside if confidence is not None]
        found[cue.id] = sum(known) / len(known) if known else None
    return found


def _cheapest(
    words: Sequence[Word], end: int, best: Sequence[tuple[float, int]], profile: Profile
) -> tuple[float, int]:
    """The cue that ends here: where it begins so that all cues so far cost least."""
    room = profile.cpl * profile.max_lines
    last = end - 1
    cut = _cut_cost(words, last)
    found = (best[last][0] + cut + _EACH + _EMPTY, last)  # a word alone always may be a cue
    sentences, length = 0, 0.0
    for first in range(last, -1, -1):
        if first < last:
            sentences += _ends(words[first].text, _SENTENCE_ENDS)
            if words[first + 1].start - words[first].end >= _LONG_PAUSE:
                break
        length += profile.length(words[first].text) + (0 if first == last else _space(words, first, profile))
        duration = words[last].end - words[first].start
        if first < last and (length > room or duration > profile.max_ms):
            break
        short = _TOO_SHORT if duration < profile.min_ms else 0.0
        empty = _EMPTY * (1 - min(1.0, length / room)) ** 2
        cost = best[first][0] + cut + _EACH + short + empty + sentences * _TWO_SENTENCES
        if cost < found[0]:
            found = (cost, first)
    return found


def _cut_cost(words: Sequence[Word], last: int) -> float:
    if last == len(words) - 1:
        return 0.0
    pause = words[last + 1].start - words[last].end
    if pause >= _LONG_PAUSE or _ends(words[last].text, _SENTENCE_ENDS):
        return 0.0
    if _ends(words[last].text, _CLAUSE_ENDS):
        return _AFTER_CLAUSE
    if pause >= _PAUSE:
        return _AFTER_PAUSE
    pair = join([words[last].text, words[last + 1].text])
    gap = len(words[last].text)
    return _INSIDE_SENTENCE * (cost_at_space(pair, gap, gap + 1) if pair[gap] == " " else 1.0)


def _space(words: Sequence[Word], first: int, profile: Profile) -> float:
    """The length of what stands between a word and the next."""
    pair = join([words[first].text, words[first + 1].text])
    return profile.length(pair) - profile.length(words[first].text) - profile.length(words[first + 1].text)


def _ends(text: str, marks: frozenset[str]) -> bool:
    bare = text.rstrip("".join(_CLOSERS))
    return bool(bare) and bare[-1] in marks


def _text(words: Sequence[Word]) -> str:
    return join([word.text for word in words])
