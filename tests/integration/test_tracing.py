"""The spans of a run, with OpenTelemetry's own SDK."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from server.trace_redaction import QueryRedaction

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CALLER = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
SECRET = "the words of a user"
HELLO = {"messages": [{"role": "user", "content": SECRET}]}

_EXPORTER = InMemorySpanExporter()


@pytest.fixture(scope="module", autouse=True)
def provider() -> Iterator[None]:
    """OpenTelemetry takes one provider in the life of a process, which from then on ends with this module."""
    provider = TracerProvider()
    provider.add_span_processor(QueryRedaction())
    provider.add_span_processor(SimpleSpanProcessor(_EXPORTER))
    trace.set_tracer_provider(provider)
    yield
    provider.shutdown()


@pytest.fixture(autouse=True)
def nothing_yet() -> None:
    _EXPORTER.clear()


def _one(name: str) -> ReadableSpan:
    (span,) = [span for span in _EXPORTER.get_finished_spans() if span.name == name]
    return span


def _ids(span: ReadableSpan) -> tuple[str, str]:
    assert span.parent is not None
    return f"{span.parent.trace_id:032x}", f"{span.parent.span_id:016x}"


def _of(span: ReadableSpan) -> tuple[str, str]:
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"


async def _ended(name: str) -> ReadableSpan:
    """The span of this name: a request's ends a moment after its answer has arrived."""
    async with asyncio.timeout(60):
        while not any(span.name == name for span in _EXPORTER.get_finished_spans()):  # noqa: ASYNC110 - it tells of no export
            await asyncio.sleep(0)
    return _one(name)


async def _run(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    request = {"assistant_id": "agent", "input": HELLO} | body
    return await client.post("/runs/wait", json=request, headers=CALLER)


async def test_a_run_belongs_to_the_trace_of_the_request_that_asked_for_it(
    project_client: httpx.AsyncClient,
) -> None:
    await _run(project_client)

    request = await _ended("POST /runs/wait")
    assert _ids(request) == (TRACE, PARENT)
    assert _ids(_one("run agent")) == _of(request)


async def test_a_requests_span_tells_its_route_and_status_but_no_query(
    project_client: httpx.AsyncClient,
) -> None:
    thread = str(uuid4())

    await project_client.get(f"/threads/{thread}?token=secret")

    request = await _ended("GET /threads/{thread_id}")
    assert request.kind is SpanKind.SERVER
    assert request.attributes is not None
    assert request.attributes["http.route"] == "/threads/{thread_id}"
    assert request.attributes["http.response.status_code"] == 404
    assert "secret" not in request.to_json()


async def test_probes_leave_no_spans(project_client: httpx.AsyncClient) -> None:
    for path in ("/ok", "/api/health", "/metrics"):
        await project_client.get(path)
    await project_client.get("/info")

    await _ended("GET /info")
    assert [span.name for span in _EXPORTER.get_finished_spans() if span.kind is SpanKind.SERVER] == [
        "GET /info"
    ]


async def test_nodes_are_parts_of_the_run_and_model_calls_parts_of_nodes(
    project_client: httpx.AsyncClient,
) -> None:
    await _run(project_client)

    run, model = _one("run agent"), _one("node model")
    assert [_ids(_one(name)) for name in ("node model", "node after")] == [_of(run)] * 2
    assert _ids(_one("chat unknown")) == _of(model)


async def test_a_span_tells_which_run_it_was_and_how_it_ended(project_client: httpx.AsyncClient) -> None:
    place = (await _run(project_client)).headers["content-location"]

    _, _, thread_id, _, run_id = place.split("/")
    assert dict(_one("run agent").attributes or {}) == {
        "scriptorium.run.id": run_id,
        "scriptorium.thread.id": thread_id,
        "scriptorium.graph.id": "agent",
        "scriptorium.run.attempt": 1,
        "scriptorium.run.status": "success",
    }
    assert dict(_one("node after").attributes or {}) == {"scriptorium.node": "after", "scriptorium.step": 2}


async def test_a_failure_is_told_by_its_name_alone(project_client: httpx.AsyncClient) -> None:
    await _run(project_client, input=HELLO | {"fail": True})

    for span in (_one("run agent"), _one("node after")):
        assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "ValueError")
        assert "boom from node" not in span.to_json()


async def test_an_interrupt_is_no_failure(project_client: httpx.AsyncClient) -> None:
    await _run(project_client, assistant_id="review", input={})

    assert _one("node ask").status.status_code is StatusCode.UNSET


async def test_no_span_holds_what_users_or_models_wrote(project_client: httpx.AsyncClient) -> None:
    await _run(project_client)

    told = "".join(span.to_json() for span in _EXPORTER.get_finished_spans())
    assert "run agent" in told
    assert SECRET not in told
    assert "Hello from fake model" not in told


async def test_the_api_does_not_show_the_trace_that_a_run_carries(project_client: httpx.AsyncClient) -> None:
    place = (await _run(project_client)).headers["content-location"]

    shown = (await project_client.get(place)).text

    assert "resumable" in shown
    assert TRACE not in shown


async def test_a_retried_run_belongs_to_the_trace_of_who_retries(project_client: httpx.AsyncClient) -> None:
    place = (await _run(project_client)).headers["content-location"]
    _EXPORTER.clear()
    other = "a" * 32

    again = await project_client.post(
        f"/api/v1/runs/{place.split('/')[-1]}/retry", headers={"traceparent": f"00-{other}-{PARENT}-01"}
    )
    run = again.json()
    await project_client.get(f"/threads/{run['thread_id']}/runs/{run['run_id']}/join")

    request = await _ended("POST /api/v1/runs/{run_id}/retry")
    assert _ids(request) == (other, PARENT)
    assert _ids(_one("run agent")) == _of(request)


async def test_a_request_without_a_trace_begins_one(project_client: httpx.AsyncClient) -> None:
    await project_client.post("/runs/wait", json={"assistant_id": "agent", "input": HELLO})

    request = await _ended("POST /runs/wait")
    assert request.parent is None
    assert _ids(_one("run agent")) == _of(request)
