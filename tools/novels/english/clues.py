"""What the text around and inside a turn says about its speaker."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from tools.novels.english import weights
from tools.novels.english.narration import Narration, Reference, ReferenceKind, subjects
from tools.novels.english.scene import People
from tools.novels.english.turns import Paragraphs, Turn
from tools.novels.english.vocatives import is_vocative, vocative_gender
from tools.novels.types import Gender, Span

_LEAD = 500  # characters of the paragraph before a turn that may lead to it
_COLONS = (":", "--", "—", ",")
_NOTHING: Mapping[int, Any] = MappingProxyType({})


@dataclass(slots=True)
class Clues:
    """The evidence about one turn; people are numbers of :class:`People`.

    A long novel has tens of thousands of turns: those without any evidence of a kind share the same nothing,
    and those with the same hints share them.
    """

    turn: Turn
    gap: int  #: Characters of narration since the turn before; large for the first turn.
    is_next_paragraph: bool  #: Whether the turn before ends in the paragraph before.
    reference: Reference | None = None  #: The speaker in the tag that counts.
    named: int | None = None  #: The speaker, where a name or "I" in the tag decides.
    called: Mapping[int, int] = field(
        default_factory=lambda: _NOTHING
    )  #: Called person -> index of the mention.
    called_gender: Gender = "unknown"  #: Of "sir", "ma'am" and the like.
    spoken_of: Collection[int] = ()
    hints: Mapping[int, float] = field(
        default_factory=lambda: _NOTHING
    )  #: Person -> weight in the narration.
    hint_mentions: tuple[int, ...] = ()  #: Indices of the mentions that hint, one for a person.


@dataclass(slots=True)
class _Hints:
    """What the narration around one turn hints at."""

    weights: dict[int, float] = field(default_factory=dict[int, float])  #: By person.
    mentions: dict[int, int] = field(default_factory=dict[int, int])  #: Person -> the mention that hints.


class ClueReader:
    """Gathers the clues of all turns of a book."""

    def __init__(
        self, text: str, spans: Sequence[Span], people: People, narration: Narration, paragraphs: Paragraphs
    ) -> None:
        self._text = text
        self._spans = spans
        self._people = people
        self._narration = narration
        self._paragraphs = paragraphs
        self._known: dict[tuple[tuple[int, float], ...], Mapping[int, float]] = {}  # hints that a turn has

    def read(self, turns: Sequence[Turn]) -> list[Clues]:
        """The clues of each turn."""
        return [
            self._read_turn(
                turn,
                turns[index - 1] if index else None,
                turns[index + 1].start if index + 1 < len(turns) else len(self._text),
            )
            for index, turn in enumerate(turns)
        ]

    def _read_turn(self, turn: Turn, previous: Turn | None, following: int) -> Clues:
        done = previous.end if previous else 0
        is_next = previous is not None and turn.paragraph - previous.last_paragraph == 1
        clues = Clues(turn, turn.start - done if previous else len(self._text), is_next)
        self._read_tags(clues)
        self._read_quotes(clues)
        hints = _Hints()
        for start, end in self._narrated(turn, done, following):
            weight = weights.BEAT_BEFORE if end <= turn.start else weights.BEAT_AFTER
            self._read_beat(hints, start, end, weight)
        if turn.paragraph and (previous is None or turn.paragraph > previous.last_paragraph):
            start = max(done, self._paragraphs.starts[turn.paragraph - 1], turn.paragraph_start - _LEAD)
            self._read_lead(hints, start, turn.paragraph_start)
        if hints.weights:
            clues.hints = self._known.setdefault(tuple(hints.weights.items()), hints.weights)
            clues.hint_mentions = tuple(hints.mentions.values())
        return clues

    def _read_tags(self, clues: Clues) -> None:
        named = [tag for tag in clues.turn.tags if tag.kind is ReferenceKind.NAME]
        clues.reference = next(iter([*named, *clues.turn.tags]), None)
        if clues.reference:
            clues.named = self._person(clues.reference)

    def _person(self, reference: Reference) -> int | None:
        """Whom a reference means beyond doubt."""
        if reference.kind is ReferenceKind.NAME:
            return self._people.owners[reference.mention]
        return self._people.narrator if reference.is_first_person else None

    def _read_quotes(self, clues: Clues) -> None:
        called: dict[int, int] = {}
        spoken_of: set[int] = set()
        for quote in clues.turn.quotes:
            span = self._spans[quote]
            for index in self._narration.names(span.start, span.end):
                mention, owner = self._people.mentions[index], self._people.owners[index]
                if is_vocative(self._text, mention.start, mention.end, span.start, span.end):
                    called[owner] = index
                else:
                    spoken_of.add(owner)
            gender = vocative_gender(self._text, span.start, span.end)
            if gender != "unknown":
                clues.called_gender = gender
        clues.called = called or _NOTHING
        clues.spoken_of = tuple(spoken_of)

    def _narrated(self, turn: Turn, done: int, following: int) -> Iterator[tuple[int, int]]:
        """The stretches of narration in the turn's own paragraphs."""
        at = max(turn.paragraph_start, done)
        for quote in turn.quotes:
            yield at, self._spans[quote].start
            at = self._spans[quote].end
        yield at, min(turn.paragraph_end, following)

    def _read_beat(self, hints: _Hints, start: int, end: int, weight: float) -> None:
        if end <= start:
            return
        for reference in subjects(self._narration.tokens(start, end)):
            self._hint(hints, reference, weight)
        for index in self._narration.names(start, end):
            self._hint_mention(hints, index, weights.BEAT_MENTION)

    def _read_lead(self, hints: _Hints, start: int, end: int) -> None:
        if end <= start:
            return
        has_colon = self._text[start:end].rstrip().endswith(_COLONS)
        weight = weights.LEAD_COLON if has_colon else weights.LEAD_SUBJECT
        for reference in subjects(self._narration.tokens(start, end))[-1:]:
            self._hint(hints, reference, weight)
        for index in self._narration.names(start, end):
            self._hint_mention(hints, index, weights.LEAD_MENTION)

    def _hint(self, hints: _Hints, reference: Reference, weight: float) -> None:
        person = self._person(reference)
        if reference.kind is ReferenceKind.NAME:
            self._hint_mention(hints, reference.mention, weight)
        elif person is not None:
            hints.weights[person] = max(hints.weights.get(person, 0.0), weight)

    def _hint_mention(self, hints: _Hints, index: int, weight: float) -> None:
        owner = self._people.owners[index]
        if weight > hints.weights.get(owner, 0.0):
            hints.weights[owner] = weight
            hints.mentions[owner] = index
