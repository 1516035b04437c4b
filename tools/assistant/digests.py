"""A job's result, cut to what a reader of a conversation can take in, and single parts of it in full."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from tools.errors import InvalidInput

_SIZES = ((8, 400), (5, 200), (3, 120), (2, 60), (1, 40))  # items of a list, characters of a text


def digest(value: Any, *, most: int = 4000) -> Any:
    """The value with long lists and texts cut, each cut marked with what is missing.

    Args:
        value: Of JSON.
        most: Characters of its JSON; of several cuts, the first that fits is taken.
    """
    for items, characters in _SIZES:
        cut = _cut(value, items, characters)
        if len(json.dumps(cut, ensure_ascii=False)) <= most:
            return cut
    return {"size": len(json.dumps(value, ensure_ascii=False)), "fields": _names(value)}


def part(value: Any, path: str) -> Any:
    """What lies at a path: names and numbers parted by dots, as in ``characters.0.name``; "" is all.

    Raises:
        InvalidInput: Nothing lies there; the message names what does.
    """
    here: Any = value
    for number, step in enumerate(steps := [step for step in path.split(".") if step]):
        try:
            here = here[int(step) if isinstance(here, list) else step]
        except (KeyError, IndexError, ValueError, TypeError):
            before = ".".join(steps[:number]) or "the result"
            raise InvalidInput(
                f"there is nothing at {path!r}", hint=f"{before} has: {_names(here)}", code="no_such_part"
            ) from None
    return here


def files_in(value: Any) -> list[dict[str, Any]]:
    """Every object in a result that names a stored file, in order, each file once."""
    found: dict[str, dict[str, Any]] = {}
    waiting: list[Any] = [value]
    while waiting:
        here = waiting.pop(0)
        if isinstance(here, Mapping):
            entry = cast("Mapping[str, Any]", here)
            if isinstance(entry.get("file_id"), str):
                told = {key: entry[key] for key in ("file_id", "name", "media_type") if entry.get(key)}
                found.setdefault(entry["file_id"], told)
            waiting += entry.values()
        elif isinstance(here, list):
            waiting += cast("list[Any]", here)
    return list(found.values())


def _cut(value: Any, items: int, characters: int) -> Any:
    if isinstance(value, str) and len(value) > characters:
        return f"{value[:characters]}… ({len(value)} characters)"
    if isinstance(value, Mapping):
        entry = cast("Mapping[str, Any]", value)
        return {key: _cut(each, items, characters) for key, each in entry.items()}
    if isinstance(value, list):
        every = cast("list[Any]", value)
        kept = [_cut(each, items, characters) for each in every[:items]]
        return [*kept, f"… ({len(every)} in all)"] if len(every) > items else kept
    return value


def _names(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(cast("Mapping[str, Any]", value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"items 0 to {len(cast('Sequence[Any]', value)) - 1}"
    return f"no parts, it is {type(value).__name__}"
