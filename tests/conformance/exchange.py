"""A request and what a server answered, whoever the server was."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request; ids that only a recording knows stand in it as ``{name}``."""

    method: str
    path: str  #: With its query.
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: str | None = None

    @property
    def operation(self) -> str:
        return f"{self.method} {self.path.split('?')[0]}"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One server-sent event."""

    name: str
    data: Any
    id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]  #: Names in lower case.
    text: str = ""
    events: tuple[Event, ...] = ()
    was_open: bool = False  #: The client left before the server ended the body.


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """Both, under the name of the recording."""

    name: str
    request: Request
    answer: Answer


def is_event_stream(headers: dict[str, str]) -> bool:
    return headers.get("content-type", "").startswith("text/event-stream")
