"""Voices that a book can be cast with, and how far two of them are from each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

Gender = Literal["male", "female"]
Age = Literal["child", "young", "adult", "old"]
AGES: tuple[Age, ...] = ("child", "young", "adult", "old")
Style = Literal["gentle", "energetic", "serious", "cheerful", "calm", "deep", "rough", "bright"]

_FILE = Path(__file__).parents[2] / "configs" / "voices.yaml"
# espeak-ng's variants at other pitches are other voices: a book has more people than there are variants.
_PITCHES = (1.0, 0.85, 1.18)
_PITCH_STEP = 0.22  # of a place's first part, for such a change


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    gender: Gender
    age: Age
    styles: tuple[Style, ...] = ()
    place: tuple[float, float] = Field(description="From 0 to 1 each.")
    narrates: bool = False


class _Models(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    models: tuple[str, ...]
    voices: tuple[_Entry, ...]


class _Catalogue(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    espeak: tuple[_Entry, ...]
    model: tuple[_Models, ...]


_CATALOGUE = _Catalogue.model_validate(yaml.load(_FILE.read_text(encoding="utf-8"), yaml.CSafeLoader))


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A voice; None is what nobody knows of it."""

    id: str  #: What a speaker is told, with ``@`` and a pitch where that is not 1.
    gender: Gender | None = None
    age: Age | None = None
    styles: tuple[Style, ...] = ()
    place: tuple[float, float] | None = None  #: Pitch and timbre among voices of its gender, 0 to 1.
    narrates: bool = False

    @property
    def name(self) -> str:
        """As the speaker knows it."""
        return self.id.partition("@")[0]

    @property
    def pitch(self) -> float:
        """How much higher than usual it is asked to speak."""
        return pitch_of(self.id)


def pitch_of(voice_id: str) -> float:
    """The pitch in a voice's id, 1 where none is there or it is no number from 0.5 to 2."""
    try:
        pitch = float(voice_id.partition("@")[2] or 1)
    except ValueError:
        return 1.0
    return pitch if 0.5 <= pitch <= 2 else 1.0


def distance(a: Voice, b: Voice) -> float:
    """How different two voices sound: 0 is the same voice, 1 is a man's and a woman's."""
    if a.id == b.id:
        return 0.0
    if a.gender != b.gender and a.gender and b.gender:
        return 1.0
    if a.place is None or b.place is None:
        return 0.5
    (p, t), (q, u) = a.place, b.place
    return min(0.9, abs(p - q) + 0.5 * abs(t - u))


def espeak_voices(base: str, variants: Sequence[str]) -> list[Voice]:
    """espeak-ng's voices of a language, those that tell best apart first.

    Args:
        base: Its voice of the language, such as ``en-us``.
        variants: Those that are installed.
    """
    known = [entry for entry in _CATALOGUE.espeak if entry.name in variants]
    if not known:
        return [Voice(id=base, narrates=True)]
    return [_pitched(entry, base, pitch) for pitch in _PITCHES for entry in known]


def _pitched(entry: _Entry, base: str, pitch: float) -> Voice:
    suffix = "" if pitch == 1 else f"@{pitch:g}"
    higher, timbre = entry.place
    if pitch != 1:
        higher = min(1.0, max(0.0, higher + (_PITCH_STEP if pitch > 1 else -_PITCH_STEP)))
    return Voice(
        id=f"{base}+{entry.name}{suffix}",
        gender=entry.gender,
        age=entry.age,
        styles=entry.styles,
        place=(higher, timbre),
        narrates=entry.narrates and pitch == 1,
    )


def model_voices(model: str, otherwise: Sequence[str]) -> list[Voice]:
    """A model's voices.

    Args:
        model: Its name without its provider.
        otherwise: Names of voices of a model that the table does not know; nothing else is known of them.
    """
    for family in _CATALOGUE.model:
        if any(fnmatch(model, pattern) for pattern in family.models):
            return [
                Voice(
                    id=entry.name,
                    gender=entry.gender,
                    age=entry.age,
                    styles=entry.styles,
                    place=entry.place,
                    narrates=entry.narrates,
                )
                for entry in family.voices
            ]
    return [Voice(id=name) for name in otherwise]
