"""A novel's text as the stages read it, and the way back to the text as given."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from tools.novels.types import Span
from tools.text.normalise import Normalised, normalise


@dataclass(frozen=True)
class Book:
    """The text as given, and its normalised form.

    The form follows from the source, so the state keeps the source alone and every stage makes it again.
    """

    source: str

    @cached_property
    def _normalised(self) -> Normalised:
        return normalise(self.source)

    @property
    def text(self) -> str:
        """The normalised text; the stages' offsets are offsets into it."""
        return self._normalised.text

    def in_source(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the text lies in the source."""
        return self._normalised.to_source(start), self._normalised.to_source(end)

    def in_text(self, source_offset: int) -> int:
        """The first offset into the text that lies at or behind an offset into the source."""
        return bisect_left(range(len(self.text)), source_offset, key=self._normalised.to_source)

    def quote_id(self, span: Span) -> str:
        """The id of a quotation: where it begins in the source, so that it stays the same in every run."""
        return f"q{self._normalised.to_source(span.start)}"
