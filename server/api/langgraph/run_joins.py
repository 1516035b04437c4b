"""Coming back to a run: for its final values, or its events."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse

from server.api.body import JsonRoute
from server.api.deps import Open, RunId, ThreadId
from server.api.following import run_events
from server.api.langgraph.answers import EVENTS, json_answer, run_headers
from server.api.langgraph.joining import modes, resume_point
from server.api.langgraph.starting import RUN_NOT_FOUND, EndEvent, outcome, run_stream
from server.db.models import Run
from server.resources import Resources
from server.stream.encoding import to_json
from server.stream.entry import Entry
from server.stream.event_stream import EventStream
from server.stream.modes import matches
from server.stream.sse import frame, frames
from tools.errors import NotFound

router = APIRouter(prefix="/threads/{thread_id}/runs/{run_id}", tags=["runs"], route_class=JsonRoute)

ALWAYS_SENT = ("error", "reset")  # whatever modes a client asks for

CancelOnDisconnect = Annotated[bool, Query(description="Stop the run when you leave before its end.")]


@router.get("/join")
async def join_run(
    thread_id: ThreadId, run_id: RunId, resources: Open, cancel_on_disconnect: CancelOnDisconnect = False
) -> Response:
    """Wait for a run that somebody started and answer with its final values."""
    run = await _find(resources, thread_id, run_id)
    if run is None:
        return json_answer({"__error__": RUN_NOT_FOUND}, run_headers(thread_id, run_id, ending="join"))
    return outcome(resources, run, cancels=cancel_on_disconnect)


@router.get("/stream", response_class=StreamingResponse, responses=EVENTS)
async def join_stream(
    thread_id: ThreadId,
    run_id: RunId,
    resources: Open,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
    stream_mode: Annotated[list[str] | None, Query()] = None,
    cancel_on_disconnect: CancelOnDisconnect = False,
    end_event: EndEvent = False,
) -> Response:
    """Follow a run: with Last-Event-ID all events after that one ("0": all), else those to come."""
    after, wanted = resume_point(last_event_id), modes(stream_mode or [])
    run = await _find(resources, thread_id, run_id)
    if run is None:
        headers = run_headers(thread_id, run_id, ending="stream")
        return EventStream(_one(frame("error", to_json(RUN_NOT_FOUND))), headers)
    events = run_events(resources, run, after=after)
    chosen = _filtered(events, wanted) if wanted else events
    content = frames(chosen, with_ids=run.kwargs["resumable"] or last_event_id is not None)
    return run_stream(resources, run, content, cancels=cancel_on_disconnect, end_event=end_event)


async def _filtered(entries: AsyncGenerator[Entry], wanted: list[str]) -> AsyncGenerator[Entry]:
    key = tuple(wanted)
    async with aclosing(entries):
        async for entry in entries:
            part = entry.only(key, lambda event: event.name in ALWAYS_SENT or matches(event.name, wanted))
            if part.events:
                yield part


async def _one(chunk: bytes) -> AsyncGenerator[bytes]:
    yield chunk


async def _find(resources: Resources, thread_id: str, run_id: str) -> Run | None:
    try:
        return await resources.runs.run(run_id, thread_id=thread_id)
    except NotFound:
        return None
