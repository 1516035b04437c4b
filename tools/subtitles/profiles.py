"""What a subtitle has to keep to so that it can be read: its language's profile."""

import math
import unicodedata
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tools.errors import InvalidInput

_FILE = Path(__file__).parents[2] / "configs" / "subtitle_profiles.yaml"
_WIDE = frozenset("WF")  # East Asian Width: wide and full-width

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]


class Profile(BaseModel):
    """The rules for one language. configs/subtitle_profiles.yaml says what each means, and its source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cps: Positive = 17
    cpl: Positive = 42
    half_width: Positive = 1
    max_lines: Annotated[int, Field(ge=1, le=10)] = 2
    min_ms: Count = 833
    max_ms: Count = 7000
    gap_frames: Count = 2
    chain_frames: Count = 12
    extend_ms: Count = 500
    advance_ms: Count = 125
    yield_ms: Count = 333

    @model_validator(mode="after")
    def _shortest_is_shorter(self) -> "Profile":
        if self.min_ms > self.max_ms:
            raise ValueError("min_ms must not exceed max_ms")
        return self

    def length(self, text: str) -> float:
        """How long a text is to a reader, in this profile's characters. Line ends count nothing."""
        if self.half_width == 1:
            return len(text) - text.count("\n")
        return sum(self._width(character) for character in text if character != "\n")

    def _width(self, character: str) -> float:
        return 1 if unicodedata.east_asian_width(character) in _WIDE else self.half_width

    def reading_ms(self, text: str) -> int:
        """The least time in which a text can be read, in milliseconds."""
        return math.ceil(self.length(text) / self.cps * 1000)

    def gap_ms(self, fps: float) -> int:
        """The least time between two cues."""
        return math.ceil(self.gap_frames / fps * 1000)

    def chain_ms(self, fps: float) -> int:
        """A shorter pause than this is closed to the least gap."""
        return math.floor(self.chain_frames / fps * 1000)


def profile_of(language: str, overrides: dict[str, Any] | None = None) -> Profile:
    """The profile of a language, such as ``zh`` or ``zh-TW``; of an unlisted one, the defaults.

    Args:
        overrides: Values in place of the profile's own.

    Raises:
        InvalidInput: A value that no profile can have; the message names it.
    """
    known = _PROFILES.languages
    own: dict[str, Any] = known.get(language) or known.get(language.partition("-")[0]) or {}
    try:
        return Profile.model_validate({**_PROFILES.defaults, **own, **(overrides or {})})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "the profile"
        raise InvalidInput(
            f"{name}: {first['msg']}",
            hint=f"A profile's keys are {', '.join(Profile.model_fields)}.",
            code="invalid_profile",
        ) from error


class _ProfilesFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    defaults: dict[str, Any]
    languages: dict[str, dict[str, Any]]


_PROFILES = _ProfilesFile.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
