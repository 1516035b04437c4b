"""Threads: create, read, and read their state."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from server.api.body import JsonRoute
from server.api.deps import Open, ThreadId, canonical_uuid
from server.api.following import thread_events
from server.api.langgraph.answers import json_answer
from server.api.langgraph.joining import modes, resume_point
from server.api.langgraph.schemas import ThreadCreate, state_json, thread_json
from server.stream.entry import Entry
from server.stream.sse import event_stream, frames
from tools.errors import InvalidInput

router = APIRouter(prefix="/threads", tags=["threads"], route_class=JsonRoute)

_STREAM_MODES = ("run_modes", "lifecycle", "state_update")


@router.post("")
async def create_thread(body: ThreadCreate, resources: Open) -> Response:
    """Create a thread; 409 when its id is taken."""
    thread = await resources.runs.create_thread(
        thread_id=body.thread_id and canonical_uuid(body.thread_id, "thread"),
        metadata=body.metadata,
        keep_existing=body.if_exists == "do_nothing",
    )
    return json_answer(thread_json(thread, None))


@router.get("/{thread_id}")
async def get_thread(thread_id: ThreadId, resources: Open) -> Response:
    """A thread with its latest values."""
    thread = await resources.runs.thread(thread_id)
    return json_answer(thread_json(thread, await resources.states.snapshot(thread)))


@router.get("/{thread_id}/state")
async def get_state(thread_id: ThreadId, resources: Open) -> Response:
    """A thread's latest state; empty before its first run."""
    thread = await resources.runs.thread(thread_id)
    return json_answer(state_json(await resources.states.snapshot(thread)))


@router.get("/{thread_id}/stream")
async def join_thread_stream(
    thread_id: ThreadId,
    resources: Open,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
    stream_modes: Annotated[list[str] | None, Query()] = None,
    stream_mode: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Follow all runs of a thread, those to come included; resumed by Last-Event-ID as a run's stream is."""
    after = resume_point(last_event_id)
    wanted = _thread_modes((stream_modes or []) + (stream_mode or []))
    await resources.runs.thread(thread_id)
    entries = thread_events(resources, thread_id, after=after)
    return event_stream(frames(_chosen(entries, wanted), with_ids=True), {})


def _thread_modes(given: list[str]) -> set[str]:
    """What of a thread to tell: its runs' events, or their beginnings and ends, or changes of its state.

    Raises:
        InvalidInput: There is no such mode.
    """
    wanted = modes(given, parameter="stream_modes") or ["run_modes"]
    for mode in wanted:
        if mode not in _STREAM_MODES:
            raise InvalidInput(
                f"Invalid stream mode: {mode[:80]}",
                hint=f"The modes are: {', '.join(_STREAM_MODES)}.",
                code="invalid_request",
            )
    return set(wanted)


async def _chosen(entries: AsyncGenerator[Entry], wanted: set[str]) -> AsyncGenerator[Entry]:
    async with aclosing(entries):
        async for entry in entries:
            if "run_modes" in wanted:
                yield entry
            elif "lifecycle" in wanted:
                part = entry.only("lifecycle", lambda event: event.name == "metadata")
                if part.events and not part.is_snapshot:
                    yield part
