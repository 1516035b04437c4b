"""The service's HTTP API as the command line uses it."""

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx

from tools.errors import ErrorCategory, ServiceError, Unavailable

SILENCE_SECONDS = 15.0  # three heartbeats; a stream that is silent for longer is broken
_PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)  # seconds before each attempt to come back
ACTIVE = ("pending", "running")


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event as the service sent it."""

    id: str | None
    name: str
    data: str


class RunClient:
    """Asks a running service about runs.

    Args:
        http: A client with the service's base URL.
        pause: Waits, in seconds, before an attempt to come back to a broken stream.
    """

    def __init__(self, http: httpx.Client, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._http = http
        self._pause = pause

    def list(self, **query: Any) -> list[dict[str, Any]]:
        """Runs, the newest first."""
        given = {name: value for name, value in query.items() if value not in (None, [])}
        return self._json("GET", "/api/v1/runs", params=given)

    def show(self, run_id: str) -> dict[str, Any]:
        """One run."""
        return self._json("GET", f"/api/v1/runs/{run_id}")

    def retry(self, run_id: str) -> dict[str, Any]:
        """A new run with the same request."""
        return self._json("POST", f"/api/v1/runs/{run_id}/retry")

    def cancel(self, run_id: str, *, action: str, wait: bool) -> None:
        """Stop a run."""
        thread_id = self.show(run_id)["thread_id"]
        query = {"action": action, "wait": wait}
        self._call("POST", f"/threads/{thread_id}/runs/{run_id}/cancel", params=query, timeout=None)

    def tail(self, run_id: str, *, after: str = "0") -> Generator[ServerEvent]:
        """A run's events until it ends, over broken connections and restarts of the service.

        Args:
            after: The id of the last event that is known already; "0" for all.

        Raises:
            Unavailable: The service did not come back.
        """
        place = f"/threads/{self.show(run_id)['thread_id']}/runs/{run_id}/stream"
        failures = 0
        while True:
            try:
                for event in self._stream(place, after):
                    failures = 0
                    after = event.id or after
                    yield event
                if self.show(run_id)["status"] not in ACTIVE:
                    return
            except (httpx.TransportError, Unavailable) as error:
                if failures == len(_PAUSES):
                    raise _unreachable(self._http, error) from error
                self._pause(_PAUSES[failures])
                failures += 1

    def _stream(self, place: str, after: str) -> Generator[ServerEvent]:
        limits = httpx.Timeout(10.0, read=SILENCE_SECONDS)
        with self._http.stream("GET", place, headers={"Last-Event-ID": after}, timeout=limits) as response:
            if not response.is_success:
                response.read()
                raise _refusal(response)
            yield from parse_events(response.iter_raw())

    def _json(self, method: str, path: str, **options: Any) -> Any:
        return self._call(method, path, **options).json()

    def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise _unreachable(self._http, error) from error
        if not response.is_success:
            raise _refusal(response)
        return response


@contextmanager
def connected(url: str) -> Generator[RunClient]:
    """A client of the service at this URL."""
    with httpx.Client(base_url=url, timeout=30) as http:
        yield RunClient(http)


def parse_events(chunks: Iterable[bytes]) -> Generator[ServerEvent]:
    """Server-sent events; an event that the stream's end cuts off is dropped, as the standard wants.

    Lines end at line feeds alone: JSON may hold what other readers take for line ends, such as U+2028.
    """
    fields: dict[str, list[str]] = {}
    for line in _lines(chunks):
        if line:
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
        else:
            if "data" in fields:
                last_id = fields.get("id", [None])[-1]
                yield ServerEvent(last_id, fields.get("event", ["message"])[-1], "\n".join(fields["data"]))
            fields = {}


def _lines(chunks: Iterable[bytes]) -> Generator[str]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.removesuffix(b"\r").decode()


def _unreachable(http: httpx.Client, error: Exception) -> Unavailable:
    return Unavailable(
        f"No service answers at {http.base_url}: {error}",
        hint="Start it with `scriptorium serve`, or name another one with --url.",
    )


def _refusal(response: httpx.Response) -> ServiceError:
    """What the service says, in its own words."""
    try:
        said = cast("dict[str, Any]", response.json())
    except ValueError:
        said = {}
    kind = Unavailable if response.status_code >= 500 else ServiceError
    category = ErrorCategory.CONNECTIVITY if response.status_code >= 500 else ErrorCategory.INVALID_INPUT
    message = str(said.get("detail") or f"The service answered {response.status_code}.")
    return kind(message, hint=str(said.get("hint", "")), code=said.get("error"), category=category)
