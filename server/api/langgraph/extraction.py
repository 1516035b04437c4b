"""Paths into a thread, such as ``values.messages[-1].content``, and what stands there."""

import re
from typing import Any, cast

Path = tuple[str | int, ...]

_ROOTS = ("values", "metadata", "config", "interrupts")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(-?[0-9]{1,9})\]")


def parse_path(text: str) -> Path:
    """A path's steps: keys and positions.

    Raises:
        ValueError: It is no path, or does not begin in a thread.
    """
    steps: list[str | int] = []
    place = 0
    while place < len(text):
        match = _STEP.match(text, place)
        if match is None or (match[1] and bool(steps) != match[0].startswith(".")):
            raise ValueError(f"{text[:80]!r} is no path: write values.key.other[0]")
        steps.append(match[1] or int(match[2]))
        place = match.end()
    if not steps or steps[0] not in _ROOTS:
        raise ValueError(f"{text[:80]!r} must begin with one of: {', '.join(_ROOTS)}")
    return tuple(steps)


def extract(whole: Any, path: Path) -> Any:
    """What stands at a path; None where there is nothing."""
    for step in path:
        if isinstance(step, int):
            whole = _element(whole, step)
        else:
            whole = cast("dict[str, Any]", whole).get(step) if isinstance(whole, dict) else None
    return whole


def _element(whole: Any, position: int) -> Any:
    if not isinstance(whole, list):
        return None
    elements = cast("list[Any]", whole)
    return elements[position] if -len(elements) <= position < len(elements) else None
