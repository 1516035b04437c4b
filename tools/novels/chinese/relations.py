"""Ties between people: those the text states, and who talks or appears with whom."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from tools.novels.chinese.cues import resolve_pronouns
from tools.novels.chinese.kinship import COUPLES, KINSHIP
from tools.novels.chinese.narration import NarrationReader
from tools.novels.chinese.references import Reference, name_references
from tools.novels.chinese.turns import find_turns
from tools.novels.chinese.word_lists import alternatives
from tools.novels.ties import Tie, appearing, gather, talking
from tools.novels.types import Attribution, Cast, Evidence, Relation, Span

_KIN = alternatives(KINSHIP)
_KIN_BEFORE_NAME = re.compile(rf"(?P<of>的?)(?P<kin>{_KIN})$")
_IS_KIN_OF = re.compile(r"(?:就|也|正|原)?是")
_KIN_AFTER = re.compile(rf"的(?P<kin>{_KIN})(?!\w?的)")
_KIN_CALLED = re.compile(rf"的(?P<kin>{_KIN})(?:名?叫|就?是|，名叫)")
_AND = re.compile("[和与跟同]")
_COUPLE = re.compile(rf"(?:本?是|都是|这|两个?|俩|原是)?(?:一对|好|亲)?(?P<couple>{alternatives(COUPLES)})")
_LONGEST_KIN = max(map(len, KINSHIP)) + 1
_FEWEST_MEETINGS = 2  # paragraphs that two people must share


def find_relations(
    text: str, spans: Sequence[Span], cast: Cast, attributions: Sequence[Attribution]
) -> list[Relation]:
    """Typed ties that the text states, and who talks or appears with whom."""
    names = name_references(cast)
    owners = _Owners(text, spans, cast, names, attributions)
    meetings = _repeated(appearing(text, cast))
    return gather([*_stated(text, names, owners), *talking(spans, attributions), *meetings])


class _Owners:
    """Whose relative a kinship word means, by the name or pronoun that ends right before it."""

    def __init__(
        self,
        text: str,
        spans: Sequence[Span],
        cast: Cast,
        names: Sequence[Reference],
        attributions: Sequence[Attribution],
    ) -> None:
        turns = find_turns(text, spans)
        self._names = {name.end: name.person for name in names}
        self._pronouns = resolve_pronouns(NarrationReader(text, names, None).blocks(turns))
        self._text = text
        quotes = [spans[a.quote] for a in attributions]
        self._quote_starts = [span.start for span in quotes]
        self._quotes = quotes
        self._speakers = [a.speaker_id for a in attributions]
        self._narrator = next((c.id for c in cast.characters if c.is_narrator), None)

    def before(self, position: int) -> str | None:
        """The person whom the word ending at `position` means."""
        if position in self._names:
            return self._names[position]
        if self._text[position - 1 : position] in ("我", "俺", "咱"):
            return self._first_person(position - 1)
        return next(iter(self._pronouns.get(position - 1, ())), None)

    def _first_person(self, position: int) -> str | None:
        index = bisect_left(self._quote_starts, position + 1) - 1
        if index >= 0 and position < self._quotes[index].end:
            return self._speakers[index]
        return self._narrator


def _stated(text: str, names: Sequence[Reference], owners: _Owners) -> Iterator[Tie]:
    by_start = {name.start: name for name in names}
    for name in names:
        yield from _kin_before(text, name, owners)
        yield from _kin_after(text, name, by_start)
    for one, other in pairwise(names):
        yield from _couple(text, one, other)


def _kin_before(text: str, name: Reference, owners: _Owners) -> Iterator[Tie]:
    """「少平的妹妹兰香」, 「他妹妹兰香」."""
    before = text[max(0, name.start - _LONGEST_KIN) : name.start]
    match = _KIN_BEFORE_NAME.search(before)
    if match is None:
        return
    owner = owners.before(name.start - len(match.group()))
    if owner is not None:
        yield from _tie(name.person, owner, KINSHIP[match.group("kin")], name, "kinship word before name")


def _kin_after(text: str, name: Reference, by_start: dict[int, Reference]) -> Iterator[Tie]:
    """「兰香是少平的妹妹」, 「少平的妹妹叫兰香」."""
    called = _KIN_CALLED.match(text, name.end)
    if called is not None and called.end() in by_start:
        other = by_start[called.end()]
        yield from _tie(other.person, name.person, KINSHIP[called.group("kin")], other, "named as kin")
    is_kin = _IS_KIN_OF.match(text, name.end)
    if is_kin is not None and is_kin.end() in by_start:
        other = by_start[is_kin.end()]
        kin = _KIN_AFTER.match(text, other.end)
        if kin is not None:
            yield from _tie(name.person, other.person, KINSHIP[kin.group("kin")], name, "said to be kin")


def _couple(text: str, one: Reference, other: Reference) -> Iterator[Tie]:
    """「少安和秀莲夫妻」, 「少安和少平是兄弟」."""
    if not _AND.fullmatch(text, one.end, other.start):
        return
    match = _COUPLE.match(text, other.end)
    if match is not None:
        yield from _tie(one.person, other.person, COUPLES[match.group("couple")], one, "called a pair")


def _tie(source: str | None, target: str | None, kind: str, name: Reference, reason: str) -> Iterator[Tie]:
    if source is not None and target is not None and source != target:
        yield Tie(source, target, kind, Evidence(start=name.start, end=name.end, reason=reason))


def _repeated(meetings: Iterable[Tie]) -> Iterator[Tie]:
    """The ties of those who meet more than once."""
    by_pair: defaultdict[frozenset[str], list[Tie]] = defaultdict(list)
    for tie in meetings:
        by_pair[frozenset((tie.source, tie.target))].append(tie)
    for ties in by_pair.values():
        if len(ties) >= _FEWEST_MEETINGS:
            yield from ties
