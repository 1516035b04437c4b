"""What a subtitle has to keep to so that it can be read: its language's profile."""

import math
import unicodedata
from collections.abc import Mapping
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tools.errors import InputTooLarge, InvalidInput
from tools.text.decode import decode

_FILE = Path(__file__).parents[2] / "configs" / "subtitle_profiles.yaml"
_MOST_BYTES = 64 * 1024
_HINT = "Its keys are those of configs/subtitle_profiles.yaml, such as `cps: 15`."
_WIDE = frozenset("WF")  # East Asian Width: wide and full-width

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]


class _IsWide(dict[str, bool]):
    """Whether a character is as wide as a Chinese one; each is looked up once, as lengths are asked often."""

    def __missing__(self, character: str) -> bool:
        return self.setdefault(character, unicodedata.east_asian_width(character) in _WIDE)


_IS_WIDE = _IsWide()


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

    def __hash__(self) -> int:
        return self._hash  # of every cue's key, several times

    @cached_property
    def _hash(self) -> int:
        return hash((self.cps, self.cpl, self.half_width, self.max_lines))

    def length(self, text: str) -> float:
        """How long a text is to a reader, in this profile's characters. Line ends count nothing."""
        wide = self.wide_signs(text)
        return wide + (len(text) - text.count("\n") - wide) * self.half_width

    def wide_signs(self, text: str) -> int:
        """How many characters count whole whatever ``half_width`` is; 0 where all do."""
        return 0 if self.half_width == 1 else sum(map(_IS_WIDE.__getitem__, text))

    def wide_counts(self, text: str) -> list[int]:
        """``wide_signs`` of what stands in front of each place of a text, its end included."""
        if self.half_width == 1:
            return [0] * (len(text) + 1)
        return [0, *accumulate(map(_IS_WIDE.__getitem__, text))]

    def reading_ms(self, text: str) -> int:
        """The least time in which a text can be read, in milliseconds."""
        return math.ceil(self.length(text) / self.cps * 1000)

    def gap_ms(self, fps: float) -> int:
        """The least time between two cues."""
        return math.ceil(self.gap_frames / fps * 1000)

    def chain_ms(self, fps: float) -> int:
        """A shorter pause than this is closed to the least gap."""
        return math.floor(self.chain_frames / fps * 1000)


Viewers = Literal["adults", "children", "sdh"]
"""Who reads: sdh are the deaf and hard of hearing."""


class ProfileTable(BaseModel):
    """Values for every language, and for some; each goes before the other."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    defaults: dict[str, float] = {}
    languages: dict[str, dict[str, float]] = {}

    def values(self, language: str) -> dict[str, float]:
        """Those for a language, such as ``zh-TW``, its region's before its own."""
        own = (self.languages.get(name, {}) for name in (language.partition("-")[0], language))
        return {**self.defaults, **{key: value for of_it in own for key, value in of_it.items()}}


def profile_of(
    language: str,
    overrides: Mapping[str, float] | None = None,
    *,
    viewers: Viewers = "adults",
    own: ProfileTable | None = None,
) -> Profile:
    """The profile of a language; of an unlisted one, the defaults.

    Args:
        overrides: Values in place of all others.
        own: A table of the caller's, whose values go before ours.

    Raises:
        InvalidInput: A value that no profile can have; the message names it.
    """
    tables = [_PROFILES, _PROFILES.viewers.get(viewers), own]
    values = {key: value for table in tables if table for key, value in table.values(language).items()}
    try:
        return Profile.model_validate({**values, **(overrides or {})})
    except ValidationError as error:
        raise _invalid(error, Profile) from error


def read_profiles(data: bytes) -> ProfileTable:
    """A table of one's own: YAML with the keys of configs/subtitle_profiles.yaml, or of a profile alone.

    Raises:
        InputTooLarge: "file_too_large".
        InvalidInput: "invalid_profile": no YAML, an unknown key, or a value that no profile can have.
    """
    if len(data) > _MOST_BYTES:
        raise InputTooLarge(
            f"the profile has {len(data)} bytes; at most {_MOST_BYTES} are read",
            hint="Keep the languages that you need.",
            code="file_too_large",
        )
    try:
        found: object = yaml.safe_load(decode(data).text)
    except (yaml.YAMLError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        at = f" at line {place.line + 1}" if place is not None else ""
        raise InvalidInput(f"the profile is no YAML{at}", hint=_HINT, code="invalid_profile") from error
    is_flat = isinstance(found, dict) and not set(ProfileTable.model_fields) & set(
        cast("dict[str, Any]", found)
    )
    try:
        table = ProfileTable.model_validate({"defaults": found} if is_flat else found)
    except ValidationError as error:
        raise _invalid(error, ProfileTable) from error
    for language in ("", *table.languages):
        profile_of(language, own=table)
    return table


def _invalid(error: ValidationError, model: type[BaseModel]) -> InvalidInput:
    first = error.errors()[0]
    name = ".".join(map(str, first["loc"])) or "the profile"
    keys = dict.fromkeys([*Profile.model_fields, *(model.model_fields if model is not Profile else ())])
    return InvalidInput(
        f"{name}: {first['msg']}", hint=f"A profile's keys are {', '.join(keys)}.", code="invalid_profile"
    )


class _ProfilesFile(ProfileTable):
    viewers: dict[Viewers, ProfileTable]


_PROFILES = _ProfilesFile.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
