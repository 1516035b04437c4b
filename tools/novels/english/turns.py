"""Turns: what one person says in one go, with the narration that belongs to it."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from tools.novels.english.narration import Narration, Reference, ReferenceKind
from tools.novels.english.speech_tags import tag_after, tag_before
from tools.novels.types import Gender, Span
from tools.text.paragraphs import iter_paragraphs

_MARGIN = 8  # characters of white space or markup that may open a paragraph
_LEAD = 400  # characters of the paragraph before a quotation that may lead to it


@dataclass(slots=True)
class Turn:
    """Quotations of one paragraph, or of several that one speech runs through, by one speaker."""

    quotes: list[int]  #: Indices into the sequence of spans.
    start: int
    end: int
    paragraph: int
    last_paragraph: int
    paragraph_start: int
    paragraph_end: int
    tags: list[Reference] = field(default_factory=list[Reference])  #: The speaker in each speech tag.


class Paragraphs:
    """Where the paragraphs of a text begin and end."""

    def __init__(self, text: str) -> None:
        bounds = array("I", chain.from_iterable(iter_paragraphs(text))) or array("I", (0, len(text)))
        self.starts, self.ends = bounds[::2], bounds[1::2]

    def index(self, offset: int) -> int:
        """Which paragraph holds an offset."""
        return max(0, bisect_right(self.starts, offset) - 1)


@dataclass(frozen=True, slots=True)
class _Quote:
    index: int
    span: Span
    paragraph: int
    tags: tuple[Reference, ...]  #: The speaker in the tag before it and in the tag after it.


class TurnReader:
    """Cuts a book's quotations into turns."""

    def __init__(
        self,
        text: str,
        spans: Sequence[Span],
        narration: Narration,
        people: Sequence[int],
        genders: Sequence[Gender],
    ) -> None:
        """``people`` gives the person of every mention, ``genders`` the gender of every person."""
        self._text = text
        self._spans = spans
        self._narration = narration
        self._people = people
        self._genders = genders
        self.paragraphs = Paragraphs(text)

    def read(self) -> list[Turn]:
        """All turns, in text order."""
        turns: list[Turn] = []
        for quote in self._quotes():
            if turns and self._goes_on(turns[-1], quote):
                self._extend(turns[-1], quote)
            else:
                turns.append(self._turn(quote))
        return turns

    def _quotes(self) -> Iterator[_Quote]:
        indices = [index for index, span in enumerate(self._spans) if span.is_quotation]
        previous: Reference | None = None
        for at, index in enumerate(indices):
            span = self._spans[index]
            paragraph = self.paragraphs.index(span.start)
            done = self._spans[indices[at - 1]].end if at else 0
            following = self._spans[indices[at + 1]].start if at + 1 < len(indices) else len(self._text)
            end = min(self.paragraphs.ends[self.paragraphs.index(span.end - 1)], following)
            lead = tag_before(self._narration, self._lead_start(span, paragraph, done), span.start)
            tag = tag_after(self._text, self._narration, span.end, end)
            if tag and lead == previous:
                lead = None  # it is the tag of the quotation before
            yield _Quote(index, span, paragraph, tuple(filter(None, (lead, tag))))
            previous = tag

    def _lead_start(self, span: Span, paragraph: int, previous: int) -> int:
        """Where the narration that leads to a quotation begins: a colon leads on from the last paragraph."""
        start = self.paragraphs.starts[paragraph]
        if span.start - start < _MARGIN and not self._text[start : span.start].strip():
            before = self._text[max(0, start - 8) : start].rstrip()
            if before.endswith((":", ",", "—", "-")):
                start = max(self.paragraphs.starts[paragraph - 1] if paragraph else 0, span.start - _LEAD)
        return max(start, previous)

    def _goes_on(self, turn: Turn, quote: _Quote) -> bool:
        if quote.span.continues:
            return True
        if quote.paragraph != turn.last_paragraph:
            return False
        return not any(self._differ(tag, known) for tag in quote.tags for known in turn.tags[-2:])

    def _differ(self, one: Reference, other: Reference) -> bool:
        """Whether two references cannot be the same person."""
        kinds = {one.kind, other.kind}
        if kinds == {ReferenceKind.NAME}:
            return self._people[one.mention] != self._people[other.mention]
        if one.is_first_person != other.is_first_person and ReferenceKind.NOUN not in kinds:
            return True
        return {self._gender(one), self._gender(other)} == {"male", "female"}

    def _gender(self, reference: Reference) -> Gender:
        if reference.kind is ReferenceKind.NAME:
            return self._genders[self._people[reference.mention]]
        return reference.gender

    def _turn(self, quote: _Quote) -> Turn:
        start, end = self.paragraphs.starts[quote.paragraph], self.paragraphs.ends[quote.paragraph]
        turn = Turn([], quote.span.start, quote.span.end, quote.paragraph, quote.paragraph, start, end)
        self._extend(turn, quote)
        return turn

    def _extend(self, turn: Turn, quote: _Quote) -> None:
        turn.quotes.append(quote.index)
        turn.end = quote.span.end
        last = self.paragraphs.index(quote.span.end - 1)
        turn.last_paragraph = max(turn.last_paragraph, last)
        turn.paragraph_end = self.paragraphs.ends[turn.last_paragraph]
        if not quote.span.continues:
            turn.tags += quote.tags
