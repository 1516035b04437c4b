"""A cue: words, and the while that they stand on the screen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One subtitle. Times are milliseconds from the beginning of the film, and may be negative as read."""

    id: int  #: Its place in the file, from 1; never changed, whatever number the file gives it.
    start: int
    end: int
    text: str  #: As its format writes it, tags included; lines end in "\n".
    style: str = ""  #: ASS: the name of its style; elsewhere empty.
    speaker: str = ""  #: Who speaks, where the format says so.
    is_on_top: bool = False  #: WebVTT, TTML: whether its settings put it in the upper half of the picture.

    @property
    def duration(self) -> int:
        """Milliseconds on the screen."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in a file that could not be read as it stands. It was kept, byte for byte."""

    line: int  #: From 1.
    message: str
