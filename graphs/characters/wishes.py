"""What an editor may change about how a novel is spoken, one class for each operation.

The graph ``audiobook`` takes these beside those of graphs/characters/edits.py; ``characters`` does not.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tools.audiobook.lines import Tone
from tools.audiobook.voices import Style

_MOST_LINES = 100_000

Id = Annotated[str, Field(min_length=1, max_length=200)]
VoiceName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\s/\\]+$")]


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Voice(_Wish):
    """Who has which voice; None leaves the choice to the casting again."""

    op: Literal["voice"]
    id: Id = Field(description="A character's, or narrator.")
    voice: VoiceName | None


class Manner(_Wish):
    """The styles that a character's voice should have."""

    op: Literal["style"]
    id: Id
    styles: list[Style] = Field(max_length=8)


class Say(_Wish):
    """How lines of the script are said; fields that are not given stay, None is as it was found."""

    op: Literal["say"]
    lines: list[Id] = Field(min_length=1, max_length=_MOST_LINES)
    tone: Tone | None = None
    strength: int | None = Field(default=None, ge=0, le=100)
    pause_ms: int | None = Field(default=None, ge=0, le=60_000)

    @model_validator(mode="after")
    def _says_something(self) -> "Say":
        if not self.given:
            raise ValueError("give at least one of tone, strength and pause_ms")
        return self

    @property
    def given(self) -> dict[str, object]:
        """What is to be changed."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"op", "lines"}}


class Again(_Wish):
    """Lines that are to be spoken anew."""

    op: Literal["again"]
    lines: list[Id] = Field(min_length=1, max_length=_MOST_LINES)


Wish = Voice | Manner | Say | Again
OPERATIONS = ("voice", "style", "say", "again")
