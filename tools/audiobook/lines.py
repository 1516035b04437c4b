"""The script of an audiobook: lines that tile the text, each with who says it and how."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

NARRATOR = "narrator"  #: The role that reads what no character says.

Tone = Literal["neutral", "asking", "whispering", "shouting", "cheerful", "sad", "angry", "afraid"]
TONES: tuple[Tone, ...] = (
    *("neutral", "asking", "whispering", "shouting"),
    *("cheerful", "sad", "angry", "afraid"),
)


class Kind(StrEnum):
    """What a line is."""

    NARRATION = "narration"
    HEADING = "heading"
    QUOTATION = "quotation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A stretch of the text that is spoken in one go. Offsets are code points; lines joined are the text."""

    start: int
    end: int
    chapter: int
    kind: Kind
    quote_id: str | None = None  #: The quotation that it belongs to; a long one is several lines.
    speaker_id: str | None = None  #: None: the narrator reads it, also where nothing says who speaks.
    tone: Tone = "neutral"
    strength: int = 75  #: From 0, hardly audible, to 100, as loud as can be.
    pause_ms: int = 300  #: Silence behind it.
    emphasis: tuple[tuple[int, int], ...] = ()  #: Stretches of the text that are stressed.

    @property
    def role(self) -> str:
        """Whose voice says it."""
        return self.speaker_id or NARRATOR


_MARKUP = re.compile(r"[_*]+(?=\w)|(?<=[\w.!?,;:])[_*]+|^#+\s*", re.MULTILINE)


def spoken(text: str) -> str:
    """What a voice is given of a line: its words without marks of layout; "" when nothing can be said."""
    words = " ".join(_MARKUP.sub("", text).split())
    return words if is_speakable(words) else ""


def is_speakable(text: str) -> bool:
    """Whether there is anything to pronounce."""
    return any(character.isalnum() for character in text)
