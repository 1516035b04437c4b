"""Server-sent events out of text, from a file with or without carriage returns."""

import json
from typing import Any

from tests.conformance.exchange import Event


def parse(text: str) -> tuple[Event, ...]:
    """The events of a body; comments, and what is not whole at its end, are left out."""
    frames = text.replace("\r\n", "\n").split("\n\n")
    fields = [_fields(frame) for frame in frames]
    return tuple(
        Event(name=some.get("event", "message"), data=_data(some["data"]), id=some.get("id"))
        for some in fields
        if "data" in some
    )


def _fields(frame: str) -> dict[str, str]:
    lines = [line for line in frame.split("\n") if line and not line.startswith(":")]
    return {name: value.removeprefix(" ") for name, _, value in (line.partition(":") for line in lines)}


def _data(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
