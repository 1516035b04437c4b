"""Runs: start one and leave, stream it, wait for it, come back to it."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from server.api.body import JsonRoute
from server.api.deps import Open, RunId, ThreadId
from server.api.following import ended, run_events
from server.api.langgraph.answers import json_answer, patient_answer, run_headers
from server.api.langgraph.joining import modes, resume_point
from server.api.langgraph.schemas import RunCreate, run_json
from server.db.models import Run
from server.resources import Resources
from server.stream.encoding import to_json
from server.stream.entry import FROM_START, Entry
from server.stream.modes import matches
from server.stream.sse import event_stream, frame, frames
from tools.errors import NotFound

router = APIRouter(tags=["runs"], route_class=JsonRoute)


@router.post("/threads/{thread_id}/runs")
async def create_run(thread_id: ThreadId, body: RunCreate, resources: Open) -> Response:
    """Start a run in the background."""
    run = await _accept(resources, body, thread_id)
    return json_answer(
        run_json(run),
        {"Content-Location": run_headers(run.thread_id, run.run_id, ending="")["Content-Location"]},
    )


@router.post("/threads/{thread_id}/runs/stream")
async def stream_run(thread_id: ThreadId, body: RunCreate, resources: Open) -> Response:
    """Start a run and stream its events."""
    return await _stream_new(resources, body, thread_id)


@router.post("/threads/{thread_id}/runs/wait")
async def wait_for_run(thread_id: ThreadId, body: RunCreate, resources: Open) -> Response:
    """Start a run and answer with its final values."""
    return _outcome(resources, await _accept(resources, body, thread_id))


@router.post("/runs/stream")
async def stream_stateless_run(body: RunCreate, resources: Open) -> Response:
    """Start a run on a thread of its own and stream its events."""
    return await _stream_new(resources, body, None)


@router.post("/runs/wait")
async def wait_for_stateless_run(body: RunCreate, resources: Open) -> Response:
    """Start a run on a thread of its own and answer with its final values."""
    return _outcome(resources, await _accept(resources, body, None))


@router.get("/threads/{thread_id}/runs/{run_id}")
async def get_run(thread_id: ThreadId, run_id: RunId, resources: Open) -> Response:
    """A run's status and what it was asked."""
    return json_answer(run_json(await resources.runs.run(run_id, thread_id=thread_id)))


@router.get("/threads/{thread_id}/runs/{run_id}/join")
async def join_run(thread_id: ThreadId, run_id: RunId, resources: Open) -> Response:
    """Wait for a run that somebody started and answer with its final values."""
    run = await _find(resources, thread_id, run_id)
    if run is None:
        return json_answer({"__error__": _RUN_NOT_FOUND}, run_headers(thread_id, run_id, ending="join"))
    return _outcome(resources, run)


@router.get("/threads/{thread_id}/runs/{run_id}/stream")
async def join_stream(
    thread_id: ThreadId,
    run_id: RunId,
    resources: Open,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
    stream_mode: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Follow a run: with Last-Event-ID all events after that one ("0": all), else those to come."""
    after, wanted = resume_point(last_event_id), modes(stream_mode or [])
    headers = run_headers(thread_id, run_id, ending="stream")
    run = await _find(resources, thread_id, run_id)
    if run is None:
        return event_stream(_one(frame("error", to_json(_RUN_NOT_FOUND))), headers)
    events = run_events(resources, run, after=after)
    chosen = _filtered(events, wanted) if wanted else events
    return event_stream(
        frames(chosen, with_ids=run.kwargs["resumable"] or last_event_id is not None), headers
    )


_RUN_NOT_FOUND = {"error": "HTTPException", "message": "404: Run not found"}
ALWAYS_SENT = ("metadata", "error", "reset")  # whatever modes a client asks for


async def _accept(resources: Resources, body: RunCreate, thread_id: str | None) -> Run:
    keep = thread_id is not None or body.on_completion == "keep"
    if body.webhook:
        await resources.webhooks.check(body.webhook)
    return await resources.runs.create_run(body.request(keep_thread=keep), thread_id=thread_id)


async def _stream_new(resources: Resources, body: RunCreate, thread_id: str | None) -> Response:
    run = await _accept(resources, body, thread_id)

    async def cancel() -> None:
        await resources.canceller.cancel(run.run_id)

    return event_stream(
        frames(run_events(resources, run, after=FROM_START), with_ids=body.stream_resumable),
        run_headers(run.thread_id, run.run_id, ending="stream"),
        on_disconnect=cancel if body.on_disconnect == "cancel" else None,
    )


def _outcome(resources: Resources, run: Run) -> Response:
    async def outcome() -> dict[str, Any]:
        try:
            return await resources.states.output(await ended(resources, run))
        except NotFound:
            return {"__error__": _RUN_NOT_FOUND}

    return patient_answer(outcome, run_headers(run.thread_id, run.run_id, ending="join"))


async def _filtered(entries: AsyncGenerator[Entry], wanted: list[str]) -> AsyncGenerator[Entry]:
    key = tuple(wanted)
    async with aclosing(entries):
        async for entry in entries:
            part = entry.only(key, lambda event: event.name in ALWAYS_SENT or matches(event.name, wanted))
            if part.events:
                yield part


async def _one(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk


async def _find(resources: Resources, thread_id: str, run_id: str) -> Run | None:
    try:
        return await resources.runs.run(run_id, thread_id=thread_id)
    except NotFound:
        return None
