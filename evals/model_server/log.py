"""What the server was asked."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from evals.model_server.faults import HARMLESS, Fault
from evals.model_server.question import Task


@dataclass(slots=True, kw_only=True)
class LoggedRequest:
    """One request, or one task of a WebSocket."""

    number: int  #: From 1.
    method: str
    path: str
    time: float  #: Seconds since the epoch.
    key_id: str | None = None  #: A digest of the key, by which keys can be told apart. Never the key.
    task: str = ""
    model: str = ""
    question: str = ""  #: Question.key: stays the same when a repair is asked for.
    prompt_hash: str = ""  #: Question.prompt_hash: the same only for the same prompt.
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    fault: Fault | None = None
    answer: str = ""  #: The text that was sent, or would have been without a fault of the connection.
    outcome: str = "open"  #: open, answered, client_left, broken, or HTTP status and code.
    seconds: float = 0.0  #: From the request to the last byte.

    @property
    def is_answered(self) -> bool:
        """Whether a usable answer was sent."""
        return self.outcome == "answered" and (self.fault is None or self.fault in HARMLESS)


@dataclass(slots=True)
class RequestLog:
    """All requests of one server, and how many are under way. Read it from any thread."""

    requests: list[LoggedRequest] = field(default_factory=list[LoggedRequest])
    in_flight: int = 0
    peak: int = 0  #: The most that were in flight at once.
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _count: int = 0
    _open: set[int] = field(default_factory=set[int])

    def open(self, method: str, path: str, key_id: str | None) -> LoggedRequest:
        """A request has come."""
        with self._lock:
            self._count += 1
            self.in_flight += 1
            self.peak = max(self.peak, self.in_flight)
            request = LoggedRequest(
                number=self._count, method=method, path=path, time=time.time(), key_id=key_id
            )
            self.requests.append(request)
            self._open.add(request.number)
        return request

    def close(self, request: LoggedRequest, outcome: str) -> None:
        """It is dealt with; an outcome that it has already stays, and so does its time."""
        with self._lock:
            if request.number not in self._open:
                return
            self._open.remove(request.number)
            self.in_flight -= 1
            request.seconds = time.time() - request.time
            if request.outcome == "open":
                request.outcome = outcome

    def clear(self) -> None:
        """Forget what was asked; numbers go on, and the peak begins anew."""
        with self._lock:
            self.requests.clear()
            self.peak = self.in_flight

    def repeated(self) -> dict[str, int]:
        """Prompts that were asked again although they had been answered -> how often again."""
        answered, again = set[str](), Counter[str]()
        for request in list(self.requests):
            if not request.prompt_hash or request.task == Task.LIST:
                continue
            again[request.prompt_hash] += request.prompt_hash in answered
            if request.is_answered:
                answered.add(request.prompt_hash)
        return {prompt: count for prompt, count in again.items() if count}

    def as_json(self) -> dict[str, Any]:
        """Everything, as GET /_log gives it."""
        with self._lock:
            requests = [asdict(request) for request in self.requests]
            return {"in_flight": self.in_flight, "peak": self.peak, "requests": requests}
