"""A subtitle file as pieces: what is ours to change, and what stays as it is.

Whoever writes a file anew from what a parser understood loses what it did not: settings, comments, styles,
numbers, spaces. Here a file is the sequence of its own pieces, and only the pieces that a change touches are
written anew. A file without changes is rendered as the very text that was read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from tools.errors import InvalidInput
from tools.subtitles.cues import Cue, Problem

Format = Literal["srt", "vtt", "ass", "lrc", "ttml"]
Part = Literal["start", "end", "duration", "text"]


class Slot(NamedTuple):
    """The place of one part of one cue."""

    cue: int  #: The cue's id.
    part: Part
    source: str  #: What stands there in the file.
    around: tuple[str, str] = ("", "")  #: What has to stand around words where none stood.


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a format writes the parts of a cue."""

    format: Format
    write_time: Callable[[int], str]  #: From milliseconds.
    write_text: Callable[[str], str]  #: From a cue's text; lines end in "\n".


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleFile:
    """A file that was read."""

    dialect: Dialect
    cues: tuple[Cue, ...]  #: In the file's order.
    pieces: tuple[str | Slot, ...]  #: Joined, the sources of the slots included, they are the file's text.
    newline: str = "\n"
    problems: tuple[Problem, ...] = ()
    shared: Mapping[int, int] = field(
        default_factory=dict[int, int]
    )  #: From a cue's id to that of its words.
    _by_id: Mapping[int, Cue] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {cue.id: cue for cue in self.cues})

    @property
    def format(self) -> Format:
        """Which format it is in."""
        return self.dialect.format

    def render(self, cues: Sequence[Cue]) -> str:
        """The file's text with these cues in the place of its own.

        Raises:
            InvalidInput: Not the same ids in the same order: a cue would be lost or shifted; or cues that
                share their words in the file would have different ones.
        """
        if [cue.id for cue in cues] != [cue.id for cue in self.cues]:
            raise InvalidInput(
                f"the file has the cues 1 to {len(self.cues)}, in this order, and these are others",
                hint="Give every cue back, changed or not.",
                code="cues_differ",
            )
        given = {cue.id: cue for cue in cues}
        for id, first in self.shared.items():
            if given[id].text != given[first].text:
                raise InvalidInput(
                    f"the cues {first} and {id} are one line of words with two times, and their texts differ",
                    hint="Give both the same text.",
                    code="shared_words_differ",
                )
        return "".join(
            piece if isinstance(piece, str) else self._fill(piece, given[piece.cue]) for piece in self.pieces
        )

    def _fill(self, slot: Slot, cue: Cue) -> str:
        own = self._by_id[slot.cue]
        if slot.part == "text":
            if cue.text == own.text:
                return slot.source
            written = self.dialect.write_text(cue.text).replace("\n", self.newline)
            return written if slot.source else written.join(slot.around)
        value = {"start": cue.start, "end": cue.end, "duration": cue.duration}[slot.part]
        before = {"start": own.start, "end": own.end, "duration": own.duration}[slot.part]
        return slot.source if value == before else self.dialect.write_time(value)


def newline_of(text: str) -> str:
    """The line end that a file uses first."""
    end = text.find("\n")
    if end < 0:
        return "\r" if "\r" in text else "\n"
    return "\r\n" if end and text[end - 1] == "\r" else "\n"


def unified(text: str) -> str:
    """The text with its line ends as "\\n"."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
