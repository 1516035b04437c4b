"""What people decided about a book: it survives every later run, until it is decided anew. Pure functions."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphs.audiobook.request import Edits
from graphs.audiobook.state import ScriptLine
from tools.audiobook.lines import NARRATOR

KINDS = ("speakers", "lines", "voices", "people")
EDITED = "edited"  #: The method of a quotation whose speaker a person chose.


def merge(locks: Mapping[str, Any] | None, edits: Edits) -> dict[str, Any]:
    """The decisions with new ones; a new None takes an old one back."""
    known = locks or {}
    new = edits.model_dump(exclude_unset=True)
    merged: dict[str, Any] = {}
    for kind in KINDS:
        both: dict[str, Any] = {**known.get(kind, {}), **new.get(kind, {})}
        merged[kind] = {key: value for key, value in both.items() if value is not None}
    takes: dict[str, int] = dict(known.get("takes", {}))
    for line in edits.again:
        takes[line] = takes.get(line, 0) + 1
    return {**merged, "takes": takes}


def with_speakers(
    quotes: Sequence[Mapping[str, Any]], locks: Mapping[str, Any], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The quotations, each with the speaker that a person chose, else with the one that was found.

    Args:
        quotes: As found, or as an earlier run left them.
        names: Of all characters, by id.
    """
    return [_with_speaker(quote, locks["speakers"], names) for quote in quotes]


def _with_speaker(
    quote: Mapping[str, Any], speakers: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, Any]:
    found: dict[str, Any] = {**quote, **quote.get("found", {})}
    found.pop("found", None)
    chosen = speakers.get(quote["id"])
    if chosen is None or (chosen != NARRATOR and chosen not in names):
        return found
    before = {key: found[key] for key in ("speaker_id", "speaker", "method", "confidence")}
    is_narrator = chosen == NARRATOR
    return {
        **found,
        "speaker_id": None if is_narrator else chosen,
        "speaker": None if is_narrator else names[chosen],
        "method": EDITED,
        "confidence": 1.0,
        "found": before,
    }


def with_manners(lines: Sequence[ScriptLine], locks: Mapping[str, Any]) -> list[ScriptLine]:
    """The lines as people want them to be said."""
    wanted: Mapping[str, Mapping[str, Any]] = locks["lines"]
    changed = {id: {k: v for k, v in edit.items() if v is not None} for id, edit in wanted.items()}
    return [ScriptLine(**{**line, **changed.get(line["id"], {})}) for line in lines]  # type: ignore[typeddict-item]


def unknown_ids(locks: Mapping[str, Any], quotes: set[str], lines: set[str], roles: set[str]) -> list[str]:
    """Decisions about what is not there, for people: "speakers: there is no quotation 'q7'"."""
    found = [f"speakers: there is no quotation {id!r}" for id in locks["speakers"] if id not in quotes]
    found += [
        f"speakers: there is no character {who!r}" for who in locks["speakers"].values() if who not in roles
    ]
    found += [f"lines: there is no line {id!r}" for id in locks["lines"] if id not in lines]
    found += [f"again: there is no line {id!r}" for id in locks["takes"] if id not in lines]
    for kind in ("voices", "people"):
        found += [f"{kind}: there is no character {id!r}" for id in locks[kind] if id not in roles]
    return found
