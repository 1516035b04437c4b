"""What a client says when it joins a stream: where it left off, and what it wants."""

import re

from pydantic import TypeAdapter, ValidationError

from server.stream.entry import FROM_START
from tools.errors import InvalidInput

BEGINNING = ("-", "-1")  # how clients ask for all events; LangGraph's legacy hook says -1

_MODES = TypeAdapter(list[str])
_EVENT_ID = re.compile(r"[0-9]{1,19}(-[0-9]{1,19})?")


def modes(given: list[str], *, parameter: str = "stream_mode") -> list[str]:
    """Stream modes, however the client wrote them: repeated, with commas, or as a JSON array.

    None at all, as LangGraph's Python SDK writes an empty parameter, is no choice: every event is wanted.

    Raises:
        InvalidInput: One begins like a JSON array of strings and is none.
    """
    found: list[str] = []
    for text in given:
        try:
            found += _MODES.validate_json(text) if text.startswith("[") else filter(None, text.split(","))
        except ValidationError:
            raise InvalidInput(
                f"{parameter}: {text[:80]!r} is no JSON array of strings",
                hint="Repeat the parameter, or separate modes by commas.",
                code="invalid_request",
            ) from None
    return found


def resume_point(last_event_id: str | None) -> str | None:
    """Where a reader left off, as event logs count; None for a reader that wants what is to come.

    Raises:
        InvalidInput: It is no event's id.
    """
    if last_event_id in (None, *BEGINNING):
        return FROM_START if last_event_id else None
    if not _EVENT_ID.fullmatch(last_event_id):
        raise InvalidInput(
            f"Last-Event-ID: {last_event_id[:80]!r} is no event's id",
            hint='Send back the last id that you received, or "0" for all events.',
            code="invalid_request",
        )
    return last_event_id
