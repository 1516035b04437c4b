"""All runs of the service, whatever their thread: for operators and the command line."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from server.api.accounts.webhooks import delivery_json
from server.api.deps import Open, RunId, canonical_uuid
from server.api.langgraph.answers import json_answer
from server.db.models import ACTIVE, Run, RunStatus
from server.db.repositories import deliveries, run_list, threads
from server.resources import Resources
from server.runs.job import RunRequest
from server.runs.steps import steps_of
from tools.errors import Conflict

router = APIRouter(prefix="/api/v1/runs", tags=["runs"])


@router.get("")
async def list_runs(
    resources: Open,
    status: Annotated[list[RunStatus] | None, Query(description="Only these; may be repeated.")] = None,
    graph: Annotated[str | None, Query(description="Only runs of this graph.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    before: Annotated[str | None, Query(description="Only runs older than this one: its id.")] = None,
) -> Response:
    """Runs, the newest first."""
    older = canonical_uuid(before, "run") if before is not None else None
    async with resources.database.read() as session:
        found = await run_list.newest(session, statuses=status, graph_id=graph, limit=limit, before=older)
    return json_answer([_summary(run) for run in found])


@router.get("/{run_id}")
async def show_run(run_id: RunId, resources: Open) -> Response:
    """A run with its failure, its webhook and, while it waits, its place in the queue."""
    run = await resources.runs.run(run_id)
    async with resources.database.read() as session:
        delivery = await deliveries.find(session, run_id)
    details = {
        "metadata": run.meta,
        "error": run.error,
        "cancel_action": run.cancel_action,
        "delivery": delivery_json(delivery) if delivery is not None else None,
        "queue": await _place(resources, run),
    }
    return json_answer(_summary(run) | details)


@router.get("/{run_id}/steps")
async def show_steps(run_id: RunId, resources: Open) -> Response:
    """The run's time line, the oldest step first: its nodes, when they began and ended."""
    run = await resources.runs.run(run_id)
    async with resources.database.read() as session:
        thread = await threads.get(session, run.thread_id)
    return json_answer([asdict(step) for step in await steps_of(run, thread, resources.thread_states)])


@router.post("/{run_id}/retry")
async def retry_run(run_id: RunId, resources: Open) -> Response:
    """Ask for the same again: a new run with the same request on the same thread."""
    run = await resources.runs.run(run_id)
    if run.status in ACTIVE:
        raise Conflict(
            f"Run {run_id} is {run.status}; only a run that has ended can be retried.",
            hint="Wait for its end, or cancel it first.",
            code="run_active",
        )
    again = await resources.runs.create_run(
        RunRequest.again(run), thread_id=run.thread_id, contract=run.contract
    )
    return json_answer(_summary(again))


async def _place(resources: Resources, run: Run) -> dict[str, Any] | None:
    place = await resources.runs.place(run) if run.status == "pending" else None
    return {"position": place.position, "seconds": place.seconds} if place is not None else None


def _summary(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "thread_id": run.thread_id,
        "graph_id": run.graph_id,
        "assistant_id": run.assistant_id,
        "status": run.status,
        "priority": run.priority,
        "owner": run.owner,
        "attempt": run.attempt,
        "crashes": run.crashes,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
    }
