"""Every metric that a process counts by itself, and the one-liners with which other modules count.

Each process has its own. What is true of all processes together (queue depth, runs by status, leases) is
asked of SQL and Redis when somebody looks: server/runs/census.py.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from redis.event import AsyncAfterConnectionReleasedEvent, AsyncEventListenerInterface, EventDispatcher

disable_created_metrics()  # one more time series for each, which nobody reads

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_RUN_SECONDS = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400, 86400)
_LAG_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30)
_MODEL_SECONDS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
_START_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600, 3600)

_attempts = Counter("scriptorium_run_attempts", "Runs begun or gone on with.", ["graph"], registry=REGISTRY)
_crashes = Counter(
    "scriptorium_run_crashes", "Attempts that follow the loss of a worker.", ["graph"], registry=REGISTRY
)
_handovers = Counter(
    "scriptorium_run_handovers",
    "Runs left to another worker at a step or at the end of grace.",
    registry=REGISTRY,
)
_ended = Counter("scriptorium_runs_ended", "Runs that have ended.", ["graph", "status"], registry=REGISTRY)
_duration = Histogram(
    "scriptorium_run_duration_seconds",
    "From a run's first start to its end.",
    ["graph", "status"],
    buckets=_RUN_SECONDS,
    registry=REGISTRY,
)
_first_event = Histogram(
    "scriptorium_run_first_event_seconds",
    "From a run's acceptance to its first event.",
    ["graph"],
    buckets=_START_SECONDS,
    registry=REGISTRY,
)
_refused = Counter(
    "scriptorium_fenced_writes_refused",
    "Writes of this worker that came after its lease had moved on.",
    ["what"],
    registry=REGISTRY,
)
_unwritten = Counter(
    "scriptorium_audit_refusals_unwritten",
    "Refused requests that were too many for the audit log.",
    registry=REGISTRY,
)
_slots = Gauge("scriptorium_worker_slots", "Runs that this process executes at a time.", registry=REGISTRY)
_followed = Gauge("scriptorium_streams_followed", "Event streams that this process sends.", registry=REGISTRY)
_webhooks = Counter("scriptorium_webhook_attempts", "Calls of webhooks.", ["outcome"], registry=REGISTRY)
_round_trips = Counter(
    "scriptorium_redis_round_trips", "Commands and pipelines sent to Redis.", ["client"], registry=REGISTRY
)
_model_calls = Counter(
    "scriptorium_model_calls", "Requests to language models.", ["model", "outcome"], registry=REGISTRY
)
_model_errors = Counter(
    "scriptorium_model_errors",
    "Requests to language models that failed, repeated ones included.",
    ["model", "category"],
    registry=REGISTRY,
)
_model_tokens = Counter(
    "scriptorium_model_tokens", "Tokens, as providers count them.", ["model", "direction"], registry=REGISTRY
)
_model_cost = Counter(
    "scriptorium_model_cost",
    "What calls cost, where a price is known.",
    ["model", "currency"],
    registry=REGISTRY,
)
_model_cache_hits = Counter(
    "scriptorium_model_cache_hits", "Answers that were not asked for again.", ["model"], registry=REGISTRY
)
_model_seconds = Histogram(
    "scriptorium_model_seconds",
    "From sending a request to the end of its answer.",
    ["model"],
    buckets=_MODEL_SECONDS,
    registry=REGISTRY,
)
_requests = Counter(
    "scriptorium_http_requests", "HTTP requests answered.", ["method", "path", "status"], registry=REGISTRY
)
_answer = Histogram(
    "scriptorium_http_answer_seconds",
    "From a request to the beginning of its answer.",
    ["method", "path", "status"],
    buckets=_START_SECONDS[:10],
    registry=REGISTRY,
)

_loop_lag = Histogram(
    "scriptorium_event_loop_lag_seconds",
    "How late the event loop came back to something that was due.",
    buckets=_LAG_SECONDS,
    registry=REGISTRY,
)

Refused = Literal["events", "checkpoint", "run"]
WebhookOutcome = Literal["delivered", "failed", "given_up"]


def attempt_begun(graph: str, *, after_crash: bool) -> None:
    """A worker has begun a run or goes on with it."""
    _attempts.labels(graph).inc()
    if after_crash:
        _crashes.labels(graph).inc()


def first_event(graph: str, seconds: float) -> None:
    """A run's first event is on its way, so long after the run's acceptance."""
    _first_event.labels(graph).observe(max(0.0, seconds))


def handed_over() -> None:
    """A run was left to another worker."""
    _handovers.inc()


def run_ended(graph: str, status: str, seconds: float | None) -> None:
    """A run has ended, so long after its first start; None if it never started."""
    _ended.labels(graph, status).inc()
    if seconds is not None:
        _duration.labels(graph, status).observe(max(0.0, seconds))


def refusal_unwritten() -> None:
    """A refused request was one too many for the audit log."""
    _unwritten.inc()


def write_refused(what: Refused) -> None:
    """A newer worker has the run, and what this one wrote was refused."""
    _refused.labels(what).inc()


def worker_slots(count: int) -> None:
    """This process executes so many runs at a time."""
    _slots.set(count)


@contextmanager
def following() -> Generator[None]:
    """A stream is followed for as long as the with block runs."""
    with _followed.track_inprogress():
        yield


def webhook_attempted(outcome: WebhookOutcome) -> None:
    """A webhook was called; given_up is a failure after which it is called no more."""
    _webhooks.labels(outcome).inc()


def model_called(model: str, *, seconds: float, failure: str | None = None) -> None:
    """A request to a model has ended, after so long; failure is the category of what went wrong."""
    _model_calls.labels(model, "answered" if failure is None else "failed").inc()
    _model_seconds.labels(model).observe(seconds)
    if failure is not None:
        _model_errors.labels(model, failure).inc()


def tokens_used(model: str, *, read: int, written: int) -> None:
    """The provider has told what a call consumed."""
    _model_tokens.labels(model, "input").inc(read)
    _model_tokens.labels(model, "output").inc(written)


def model_paid(model: str, cost: float, currency: str) -> None:
    """What a call cost."""
    _model_cost.labels(model, currency).inc(cost)


def model_answer_kept(model: str) -> None:
    """An answer came from the cache."""
    _model_cache_hits.labels(model).inc()


def request_answered(method: str, path: str, status: int, seconds: float) -> None:
    """The answer to an HTTP request begins.

    Args:
        path: The route's pattern, never the address itself, of which there are too many.
    """
    _requests.labels(method, path, str(status)).inc()
    _answer.labels(method, path, str(status)).observe(seconds)


def loop_lagged(seconds: float) -> None:
    """The event loop came back so late."""
    _loop_lag.observe(max(0.0, seconds))


def process_use() -> dict[str, float | None]:
    """What this process uses, in bytes, seconds and counts; None where the system does not tell."""
    names = {"rss_bytes": "resident_memory_bytes", "cpu_seconds": "cpu_seconds_total", "open_fds": "open_fds"}
    return {key: REGISTRY.get_sample_value(f"process_{name}") for key, name in names.items()}


def requests_by_route() -> list[dict[str, str | int]]:
    """How often each route was answered, in the form of the official server."""
    return [
        {
            "method": sample.labels["method"],
            "path": sample.labels["path"],
            "status": int(sample.labels["status"]),
            "count": int(sample.value),
        }
        for family in _requests.collect()
        for sample in family.samples
    ]


def round_trips(client: str) -> EventDispatcher:
    """Counts what a client of redis-py sends: its ``event_dispatcher`` option.

    A connection goes back to its pool after every command, pipeline and blocking read. Clients of a Cluster
    keep their connections otherwise and are not counted.
    """
    listeners: dict[type[object], list[AsyncEventListenerInterface]] = {
        AsyncAfterConnectionReleasedEvent: [_RoundTrips(client)]
    }
    dispatcher = EventDispatcher()
    dispatcher.register_listeners(listeners)  # pyright: ignore[reportArgumentType] - invariance of dict
    return dispatcher


class _RoundTrips(AsyncEventListenerInterface):
    def __init__(self, client: str) -> None:
        self._count = _round_trips.labels(client)

    async def listen(self, event: object) -> None:
        self._count.inc()
