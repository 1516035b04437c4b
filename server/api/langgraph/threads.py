"""Threads: create, read, and read their state."""

from fastapi import APIRouter, Response

from server.api.body import JsonRoute
from server.api.deps import Open, ThreadId, canonical_uuid
from server.api.langgraph.answers import json_answer
from server.api.langgraph.schemas import ThreadCreate, state_json, thread_json

router = APIRouter(prefix="/threads", tags=["threads"], route_class=JsonRoute)


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
