"""Finding the JSON object in what a model wrote."""

import json
from collections.abc import Collection, Iterator
from typing import Any

_DECODER = json.JSONDecoder()


def find_object(text: str, keys: Collection[str]) -> dict[str, Any] | None:
    """The longest JSON object in ``text`` with one of the keys.

    Prose, code fences or thinking may surround it. Without the keys, the last whole item of a list that was
    cut short would pass for the answer.

    Returns:
        The object, or None when the text holds no complete one.
    """
    fitting = [found for found in _objects(text) if not found[1].keys().isdisjoint(keys)]
    return max(fitting, key=lambda found: found[0], default=(0, None))[1]


def _objects(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Length and value of each object that is not part of another."""
    position = text.find("{")
    while position >= 0:
        try:
            value, end = _DECODER.raw_decode(text, position)
        except json.JSONDecodeError:
            position = text.find("{", position + 1)
        else:
            yield end - position, value
            position = text.find("{", end)
