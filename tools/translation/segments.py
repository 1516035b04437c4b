"""A document as pieces: what is translated, and what stays as it is, byte for byte."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tools.errors import InvalidInput

Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One unit of translation: a paragraph, a cell, a heading, a message."""

    id: str  #: "1", "2", …: its place in the document, which never changes.
    text: str  #: In the document's own notation, markup included.
    kept: tuple[Place, ...] = ()  #: Parts of ``text`` that are no words: tags, code. In order, apart.
    note: str = ""  #: What helps a translator and is no part of the document: a key, a comment.


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a segment."""

    id: str
    source: str  #: What stands there in the file, escapes included.
    write: Callable[[str], str] = str  #: From a translation in the segment's notation to what stands there.


def _no_problems(_source: str, _translation: str) -> list[str]:
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDocument:
    """A document whose file is text."""

    format: str
    segments: tuple[Segment, ...]
    pieces: tuple[str | Slot, ...]  #: Joined, the sources of the slots included, they are the file's text.
    check: Callable[[str, str], list[str]] = _no_problems
    #: From a segment's text and its translation to what is wrong with the latter's markup.

    def render(self, translations: Mapping[str, str]) -> str:
        """The file's text with these translations; a segment without one stays as it is.

        Raises:
            InvalidInput: A translation of a segment that the document does not have.
        """
        unknown = sorted(translations.keys() - {segment.id for segment in self.segments})
        if unknown:
            raise InvalidInput(
                f"the document has no segment {unknown[0]!r}",
                hint=f"It has {len(self.segments)}, from 1.",
                code="unknown_segment",
            )
        own = {segment.id: segment.text for segment in self.segments}
        return "".join(_fill(piece, translations, own) for piece in self.pieces)


def _fill(piece: str | Slot, translations: Mapping[str, str], own: Mapping[str, str]) -> str:
    if isinstance(piece, str):
        return piece
    text = translations.get(piece.id, own[piece.id])
    return piece.source if text == own[piece.id] else piece.write(text)


class Assembly:
    """Builds a document from its file's text, from front to back."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.segments: list[Segment] = []
        self._pieces: list[str | Slot] = []
        self._done = 0

    def add(
        self,
        place: Place,
        text: str,
        *,
        kept: Sequence[Place] = (),
        note: str = "",
        write: Callable[[str], str] = str,
    ) -> None:
        """A segment that stands at this place of the file and reads ``text``."""
        id = str(len(self.segments) + 1)
        start, end = place
        self._pieces += [self.text[self._done : start], Slot(id, self.text[start:end], write)]
        self._done = end
        self.segments.append(Segment(id=id, text=text, kept=tuple(kept), note=note))

    def finish(self, format: str, *, check: Callable[[str, str], list[str]] = _no_problems) -> TextDocument:
        """The document; what was not added stays as it is."""
        return TextDocument(
            format=format,
            check=check,
            segments=tuple(self.segments),
            pieces=(*self._pieces, self.text[self._done :]),
        )
