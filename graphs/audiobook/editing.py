"""A thread's edits, and what becomes of its novel by them. Pure functions."""

from collections.abc import Sequence
from typing import Any, cast

from graphs.audiobook import locks
from graphs.audiobook.state import ScriptLine, State, Update
from graphs.characters.editing import Result
from graphs.characters.edits import SPOKEN_OPERATIONS, Entry, parse_edits
from graphs.characters.history import amend, replay
from graphs.characters.wishes import Voice

# What edits change of that which the characters graph finds.
_EDITED = ("characters", "alias_map", "quotes", "relations", "unsure", "statistics")


def take(state: State, edits: Sequence[Any], source: str, lines: Sequence[ScriptLine]) -> list[Update]:
    """The thread's history with these edits behind it.

    Args:
        state: The thread's.
        edits: New ones, with ids of the newest result, or entries of a history.
        source: The text.
        lines: Its script; who speaks in it does not matter.

    Raises:
        InvalidInput: The first edit that cannot be made, and why.
    """
    begin = locks.begin(source, lines)
    wanted = parse_edits(edits, SPOKEN_OPERATIONS)
    amended = amend(_base(state), _entries(state), wanted, source, begin)
    return [entry.model_dump(exclude_unset=True) for entry in amended]


def voices_in(edits: Sequence[Any]) -> list[str]:
    """The voices that these edits choose."""
    changes = [
        edit.change if isinstance(edit, Entry) else edit for edit in parse_edits(edits, SPOKEN_OPERATIONS)
    ]
    return [change.voice for change in changes if isinstance(change, Voice) and change.voice is not None]


def edited(state: State, source: str, lines: Sequence[ScriptLine]) -> Update:
    """The findings with all edits that hold; what is left of them without is kept as ``found``."""
    if not state["history"]:
        return {"locks": dict(locks.NONE), "edit_notes": []}
    base = _base(state)
    result, notes = replay(base, _entries(state), source, locks.begin(source, lines))
    return {
        "found": base,
        "locks": result["locks"],
        "edit_notes": notes,
        **{name: result[name] for name in _EDITED},
    }


def _base(state: State) -> Result:
    values = cast("dict[str, Any]", state)
    return state.get("found") or {name: values[name] for name in _EDITED}


def _entries(state: State) -> list[Entry]:
    return [Entry.model_validate(entry) for entry in state.get("history") or ()]
