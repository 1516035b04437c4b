"""What of an answer can be compared: forms without values, or values without what no two runs share."""

import json
import re
from collections.abc import Callable
from typing import Any

from tests.conformance.exchange import Answer, Event

HEADERS = {
    "content-type",
    "location",
    "content-location",
    "x-pagination-total",
    "x-pagination-next",
    "allow",
    "cache-control",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "x-accel-buffering",
}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)")
STEADY = [
    (UUID, "<id>"),
    (TIME, "<time>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<hex>"),
    (re.compile(r"https?://(127\.0\.0\.1|localhost):\d+"), "<origin>"),
    (re.compile(r"\b1[78]\d{11}(-\d+(\.\d+)?)?\b"), "<milliseconds>"),
]
UNSTEADY = {
    "tick",
    "seq",
    "version",
    "langgraph_version",
    "langgraph_api_version",
    "langgraph_py_version",
    "protocolVersion",
    "total_bytes",
    "bytes",
    "http_requests_total",
}
SCHEMAS = {"$defs"}  #: Langchain's own messages; they change with its versions.

Of = Callable[[Any], Any]


def facts(answer: Answer, of: Of) -> dict[str, Any]:
    """Status, the headers that clients read, and the body's facts."""
    headers = {name: steady(value) for name, value in sorted(answer.headers.items()) if name in HEADERS}
    return {"status": answer.status, "headers": headers, **_body(answer, of)}


def _body(answer: Answer, of: Of) -> dict[str, Any]:
    kind = answer.headers.get("content-type", "").split(";")[0]
    if kind == "text/event-stream":
        return {"events": collapse([_event(event, of) for event in answer.events])}
    if kind == "application/json" and answer.text.strip():
        return {"body": _json(answer.text, of)}
    if kind in {"text/html", "text/plain"} and answer.status == 200:
        return {"body": "text"}
    return {"body": of(answer.text.strip())}


def _json(text: str, of: Of) -> Any:
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return f"not JSON: {text[:80]!r}"
    if isinstance(value, dict) and "openapi" in value:
        return {path: sorted(methods) for path, methods in value["paths"].items()}  # type: ignore[misc]
    return of(value)


def _event(event: Event, of: Of) -> dict[str, Any]:
    return {"event": steady(event.name), "has_id": event.id is not None, "data": of(event.data)}


def steady_events(events: tuple[Event, ...]) -> list[Any]:
    """Events without what no two runs share."""
    return [_event(event, steady) for event in events]


def collapse(items: list[Any]) -> list[Any]:
    """The list with runs of equal neighbours as one."""
    return [item for index, item in enumerate(items) if index == 0 or item != items[index - 1]]


def steady(value: Any) -> Any:
    """The value, with ids, times and versions by their kind."""
    if isinstance(value, str):
        for pattern, kind in STEADY:
            value = pattern.sub(kind, value)
        return value
    if isinstance(value, list):
        return collapse([steady(item) for item in value])
    if isinstance(value, dict):
        return {steady(key): _steady_at(key, item) for key, item in value.items()}
    return "<milliseconds>" if _is_milliseconds(value) else value


def _steady_at(key: str, value: Any) -> Any:
    return form(value) if key in UNSTEADY or key in SCHEMAS else steady(value)


def form(value: Any) -> Any:
    """The value's type, with the keys of objects and the kinds of strings."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return _kind(value)
    if isinstance(value, list):
        return collapse([form(item) for item in value])
    return {steady(key): "object" if key in SCHEMAS else form(item) for key, item in value.items()}


def _kind(value: str) -> str:
    if UUID.fullmatch(value):
        return "id"
    return "time" if TIME.fullmatch(value) else "string"


def _is_milliseconds(value: Any) -> bool:
    return (
        isinstance(value, int)
        and not isinstance(value, bool)
        and 1_700_000_000_000 < value < 1_900_000_000_000
    )
