"""Threads: create, find, change, copy, remove, and follow."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse

from server.api.body import JsonRoute
from server.api.deps import Open, ThreadId
from server.api.errors import ErrorBody, answer
from server.api.following import thread_events
from server.api.langgraph.answers import EVENTS, json_answer, page_answer
from server.api.langgraph.joining import modes, resume_point
from server.api.langgraph.thread_answers import (
    selected,
    storage_json,
    thread_json,
    thread_row,
    ttl_json,
)
from server.api.langgraph.thread_bodies import (
    ThreadCount,
    ThreadCreate,
    ThreadPatch,
    ThreadPrune,
    ThreadSearch,
)
from server.db.repositories import threads
from server.resources import Resources
from server.stream.entry import Entry, StreamEvent
from server.stream.event_stream import EventStream
from server.stream.sse import frames
from tools.errors import BadRequest, InvalidInput, NotFound

router = APIRouter(prefix="/threads", tags=["threads"], route_class=JsonRoute)

_STREAM_MODES = ("run_modes", "lifecycle", "state_update")


@router.post("", responses={201: {"model": ErrorBody, "description": "It is there; its supersteps are not."}})
async def create_thread(body: ThreadCreate, resources: Open) -> Response:
    """Create a thread; 409 when its id is taken.

    A thread whose supersteps do not fit its graph is there all the same: 201, with the reason.
    """
    thread = await resources.threads.create(
        thread_id=body.thread_id,
        metadata=body.metadata,
        ttl=body.ttl.chosen() if body.ttl else None,
        keep_existing=body.if_exists == "do_nothing",
    )
    if body.supersteps:
        try:
            await resources.thread_states.update(thread.thread_id, body.state_updates())
        except BadRequest as error:
            return answer(201, error.message, error.code, error.hint)
    return await _shown(resources, thread.thread_id)


@router.post("/search")
async def search_threads(body: ThreadSearch, resources: Open) -> Response:
    """Threads by id, status, metadata and values."""
    async with resources.database.read() as session:
        found = await threads.search(
            session,
            body.wanted(),
            limit=body.limit + 1,
            offset=body.offset,
            sort_by=body.sort_by,
            descending=body.sort_order == "desc",
            with_values=body.needs_values,
        )
    paths = body.paths()
    shown = [selected(thread_json(*it), body.select, paths) for it in found]
    return page_answer(shown, limit=body.limit, offset=body.offset)


@router.post("/count")
async def count_threads(body: ThreadCount, resources: Open) -> Response:
    """How many threads fit."""
    async with resources.database.read() as session:
        return json_answer(await threads.count(session, body.wanted()))


@router.post("/prune")
async def prune_threads(body: ThreadPrune, resources: Open) -> Response:
    """Remove threads, or all but their latest checkpoints; unknown ones are passed over."""
    pruned = await resources.threads.prune(body.thread_ids, body.strategy)
    return json_answer({"pruned_count": pruned})


@router.get("/{thread_id}")
async def get_thread(
    thread_id: ThreadId,
    resources: Open,
    include: Annotated[list[str] | None, Query(description='"ttl" shows the thread\'s own TTL.')] = None,
) -> Response:
    """A thread with its latest values."""
    wanted = {part.strip() for text in include or [] for part in text.split(",")}
    return await _shown(resources, thread_id, with_ttl="ttl" in wanted)


@router.patch("/{thread_id}")
async def patch_thread(
    thread_id: ThreadId,
    body: ThreadPatch,
    resources: Open,
    prefer: Annotated[str, Header(description='"return=minimal" answers 204.')] = "",
) -> Response:
    """Merge metadata into a thread's, and set its TTL."""
    await resources.threads.patch(thread_id, body.metadata, body.ttl.chosen() if body.ttl else None)
    if "return=minimal" in prefer.replace(" ", "").lower():
        return Response(status_code=204)
    return await _shown(resources, thread_id)


@router.delete("/{thread_id}", status_code=204)
async def delete_thread(thread_id: ThreadId, resources: Open) -> Response:
    """Stop a thread's runs and remove it with everything that belongs to it."""
    await resources.threads.delete(thread_id)
    return Response(status_code=204)


@router.post("/{thread_id}/copy")
async def copy_thread(thread_id: ThreadId, resources: Open) -> Response:
    """A new thread with the same checkpoints; 409, as officially, when there is nothing to copy."""
    try:
        return json_answer(thread_row(await resources.threads.copy(thread_id)))
    except NotFound as error:
        return answer(409, "Conflict", error.code, error.message)


@router.get("/{thread_id}/storage")
async def get_storage(thread_id: ThreadId, resources: Open) -> Response:
    """How many bytes a thread's checkpoints, values and writes take up."""
    await resources.runs.thread(thread_id)
    return json_answer(storage_json(thread_id, await resources.checkpointer.ameasure(thread_id)))


async def _shown(resources: Resources, thread_id: str, *, with_ttl: bool = False) -> Response:
    found = await resources.threads.get(thread_id)
    ttl: dict[str, Any] = ttl_json(found.thread) if with_ttl else {}
    return json_answer(thread_json(*found) | ttl)


@router.get("/{thread_id}/stream", response_class=StreamingResponse, responses=EVENTS)
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
    return EventStream(frames(_chosen(entries, wanted), with_ids=True))


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
    key = tuple(sorted(wanted))
    async with aclosing(entries):
        async for entry in entries:
            part = entry.only(key, lambda event: _is_wanted(event, wanted))
            if part.events and not (part.is_snapshot and "run_modes" not in wanted):
                yield part


def _is_wanted(event: StreamEvent, wanted: set[str]) -> bool:
    if event.name == "state_update":
        return "state_update" in wanted
    return "run_modes" in wanted or ("lifecycle" in wanted and event.name == "metadata")
