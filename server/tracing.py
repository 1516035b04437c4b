"""OpenTelemetry spans: of runs, over processes, and of what happens inside them.

FastAPI makes those of requests: see server/api/application.py.

Only the API is needed: without the extra ``otel`` and an endpoint every span is a no-op. Spans carry ids,
names and counts; never texts, inputs, messages of errors or secrets.
"""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Protocol

from opentelemetry import context, propagate, trace
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

logger = logging.getLogger(__name__)

CARRIED = "_trace"  # key of a run's kwargs; the API shows no key that begins with an underscore
_tracer = trace.get_tracer("scriptorium")


class Traced(Protocol):
    """What a run's span tells of it."""

    @property
    def run_id(self) -> str: ...
    @property
    def thread_id(self) -> str: ...
    @property
    def graph_id(self) -> str: ...
    @property
    def attempt(self) -> int: ...
    @property
    def kwargs(self) -> dict[str, Any]: ...


class RunSpan:
    """The span of one attempt at a run."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def ended(self, status: str, error: str | None) -> None:
        """Tell how the attempt ended.

        Args:
            error: The name of an error, not its message.
        """
        self._span.set_attribute("scriptorium.run.status", status)
        if error is not None:
            self._span.set_attribute("error.type", error)
            self._span.set_status(Status(StatusCode.ERROR, error))


@contextmanager
def exporting(endpoint: str | None) -> Generator[None]:
    """Send spans to an OTLP endpoint for as long as the with block runs; without one, none are made.

    The SDK reads its other standard variables itself (``OTEL_SERVICE_NAME``, ``OTEL_TRACES_SAMPLER``,
    ``OTEL_EXPORTER_OTLP_HEADERS`` ...).

    Args:
        endpoint: Its base URL; spans go to ``/v1/traces`` below it, as protobuf over HTTP.
    """
    if endpoint is None:
        yield
        return
    try:
        # The SDK is an extra, and importing it takes a third of a second.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        from server.trace_redaction import QueryRedaction  # noqa: PLC0415
    except ImportError:
        logger.warning(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but no spans are sent: the extra `otel` is missing"
        )
        yield
        return
    named = Resource({SERVICE_NAME: "scriptorium"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=named)
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(QueryRedaction())
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()


def carried() -> dict[str, Any]:
    """The present trace as a part of a run's kwargs, for the worker that will execute it."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return {CARRIED: carrier} if carrier else {}


@contextmanager
def run_span(run: Traced) -> Generator[RunSpan]:
    """One attempt at a run, as a child of the request that asked for it, whatever process that was in."""
    parent = propagate.extract(run.kwargs.get(CARRIED, {}), context=context.Context())
    delivery = trace.get_current_span().get_span_context()  # the queue's own span
    with _tracer.start_as_current_span(
        f"run {run.graph_id}",
        context=parent,
        kind=SpanKind.CONSUMER,
        links=[Link(delivery)] if delivery.is_valid else [],
        attributes={
            "scriptorium.run.id": run.run_id,
            "scriptorium.thread.id": run.thread_id,
            "scriptorium.graph.id": run.graph_id,
            "scriptorium.run.attempt": run.attempt,
        },
        record_exception=False,  # its message may hold a text
        set_status_on_exception=False,
    ) as span:
        try:
            yield RunSpan(span)
        except BaseException as stop:  # a hand-over, a lost lease or a cancellation: no end of the run
            span.set_attribute("scriptorium.run.status", type(stop).__name__)
            raise
