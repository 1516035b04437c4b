"""Threads' states: the latest, an earlier one, all of them, and changing them by hand."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Response
from langgraph.types import StateUpdate

from server.api.body import JsonRoute
from server.api.deps import Open, ThreadId
from server.api.langgraph.answers import json_answer
from server.api.langgraph.thread_bodies import CheckpointBody, StateAt, StateHistory, StateUpdateBody
from server.resources import Resources
from server.runs.state_json import state_json
from server.runs.thread_states import LATEST, StatePlace

router = APIRouter(prefix="/threads/{thread_id}", tags=["threads"], route_class=JsonRoute)

Subgraphs = Annotated[bool, Query(description="Show the states of subgraphs under way, too.")]


@router.get("/state")
async def get_state(thread_id: ThreadId, resources: Open, subgraphs: Subgraphs = False) -> Response:
    """A thread's latest state; empty before its first run."""
    return await _state(resources, thread_id, LATEST, subgraphs=subgraphs)


@router.post("/state")
async def update_state(thread_id: ThreadId, body: StateUpdateBody, resources: Open) -> Response:
    """Change a thread's state as if a node had run; 409 while a run is under way or waits."""
    update = StateUpdate(cast("Any", body.values), body.as_node)
    config, _ = await resources.thread_states.update(thread_id, [[update]], body.place())
    named = _named(config.get("configurable", {}))
    return json_answer(
        {"checkpoint": named, "configurable": named, "checkpoint_id": named.get("checkpoint_id")}
    )


@router.post("/state/checkpoint")
async def get_state_at(thread_id: ThreadId, body: StateAt, resources: Open) -> Response:
    """A thread's state at a checkpoint, of a subgraph if the checkpoint is one's."""
    return await _state(resources, thread_id, body.checkpoint.place(), subgraphs=body.subgraphs)


@router.get("/state/{checkpoint_id}")
async def get_state_at_checkpoint(
    thread_id: ThreadId, checkpoint_id: str, resources: Open, subgraphs: Subgraphs = False
) -> Response:
    """A thread's state at a checkpoint; empty when there is none."""
    place = StatePlace(checkpoint={"checkpoint_id": checkpoint_id})
    state = await _read(resources, thread_id, place, subgraphs=subgraphs)
    # It is told as the path names it, and the path names no namespace.
    del state["checkpoint"]["checkpoint_ns"]
    return json_answer(state)


@router.get("/history")
async def get_history(
    thread_id: ThreadId,
    resources: Open,
    limit: Annotated[int, Query(ge=1, le=1000)] = 10,
    before: Annotated[str | None, Query(description="Only states before this checkpoint: its id.")] = None,
) -> Response:
    """A thread's states, the newest first."""
    earlier = CheckpointBody(checkpoint_id=before) if before else None
    return await _history(resources, thread_id, StateHistory(limit=limit, before=earlier))


@router.post("/history")
async def search_history(thread_id: ThreadId, body: StateHistory, resources: Open) -> Response:
    """A thread's states, the newest first, by metadata or of one subgraph."""
    return await _history(resources, thread_id, body)


async def _state(resources: Resources, thread_id: str, place: StatePlace, *, subgraphs: bool) -> Response:
    return json_answer(await _read(resources, thread_id, place, subgraphs=subgraphs))


async def _read(
    resources: Resources, thread_id: str, place: StatePlace, *, subgraphs: bool
) -> dict[str, Any]:
    thread = await resources.runs.thread(thread_id)
    state = await resources.thread_states.get(thread, place, subgraphs=subgraphs)
    asked_for = place.config(thread_id) if place.checkpoint_id else None
    return state_json(state, asked_for=asked_for)


async def _history(resources: Resources, thread_id: str, wanted: StateHistory) -> Response:
    thread = await resources.runs.thread(thread_id)
    states = await resources.thread_states.history(
        thread,
        wanted.checkpoint.place() if wanted.checkpoint else LATEST,
        limit=wanted.limit,
        before=wanted.earlier_than(thread_id),
        metadata=wanted.metadata,
    )
    return json_answer([state_json(state) for state in states])


def _named(configurable: dict[str, Any]) -> dict[str, Any]:
    keys = ("thread_id", "checkpoint_ns", "checkpoint_id", "checkpoint_map")
    return {key: configurable[key] for key in keys if key in configurable}
