"""Runs on a thread: start one, look at it, remove it."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from server.api.body import JsonRoute
from server.api.deps import Open, RunId, ThreadId
from server.api.following import ended
from server.api.langgraph.answers import EVENTS, json_answer, run_headers
from server.api.langgraph.joining import modes
from server.api.langgraph.schemas import RunCreate, run_json
from server.api.langgraph.starting import EndEvent, accept, stream_new, wait_for_new
from server.db.models import RunStatus
from server.db.repositories import run_list, threads
from tools.errors import InvalidInput, NotFound

router = APIRouter(prefix="/threads/{thread_id}/runs", tags=["runs"], route_class=JsonRoute)

COLUMNS = (
    "run_id",
    "thread_id",
    "assistant_id",
    "created_at",
    "updated_at",
    "status",
    "metadata",
    "kwargs",
    "multitask_strategy",
    "langsmith_session_name",
)


@router.post("")
async def create_run(thread_id: ThreadId, body: RunCreate, resources: Open) -> Response:
    """Start a run in the background."""
    run = await accept(resources, body, thread_id)
    place = run_headers(run.thread_id, run.run_id, ending="")["Content-Location"]
    return json_answer(run_json(run), {"Content-Location": place})


@router.post("/stream", response_class=StreamingResponse, responses=EVENTS)
async def stream_run(
    thread_id: ThreadId, body: RunCreate, resources: Open, end_event: EndEvent = False
) -> Response:
    """Start a run and stream its events."""
    return await stream_new(resources, body, thread_id, end_event=end_event)


@router.post("/wait")
async def wait_for_run(thread_id: ThreadId, body: RunCreate, resources: Open) -> Response:
    """Start a run and answer with its final values."""
    return await wait_for_new(resources, body, thread_id)


@router.get("")
async def list_runs(
    thread_id: ThreadId,
    resources: Open,
    limit: Annotated[int, Query(ge=1, le=1000)] = 10,
    offset: Annotated[int, Query(ge=0)] = 0,
    status: RunStatus | None = None,
    select: Annotated[list[str] | None, Query(description="Only these fields; may be repeated.")] = None,
) -> Response:
    """A thread's runs, the newest first."""
    fields = _columns(select or [])
    async with resources.database.read() as session:
        await threads.get(session, thread_id)
        found = await run_list.of_thread(session, thread_id, status=status, limit=limit, offset=offset)
    shown = [run_json(run) for run in found]
    return json_answer([{field: run[field] for field in fields} for run in shown] if fields else shown)


@router.get("/{run_id}")
async def get_run(thread_id: ThreadId, run_id: RunId, resources: Open) -> Response:
    """A run's status and what it was asked."""
    return json_answer(run_json(await resources.runs.run(run_id, thread_id=thread_id)))


@router.delete("/{run_id}", status_code=204)
async def delete_run(thread_id: ThreadId, run_id: RunId, resources: Open) -> Response:
    """Remove a run and its events, after it was stopped; the thread's state stays as it is."""
    try:
        run = await resources.runs.run(run_id, thread_id=thread_id)
    except NotFound:
        raise NotFound("Run not found", code="unknown_run") from None
    with suppress(NotFound):  # somebody else was faster
        if await resources.canceller.cancel(run_id):
            await ended(resources, run)
            await resources.executor.execute(run_id)  # what follows its end may not have been done yet
        await resources.remover.remove_run(run)
    return Response(status_code=204)


def _columns(select: list[str]) -> list[str]:
    """The fields that are asked for; raises InvalidInput for one that there is not."""
    fields = modes(select, parameter="select")
    for field in fields:
        if field not in COLUMNS:
            raise InvalidInput(
                f"select: {field[:80]!r} is no field of a run",
                hint=f"The fields are: {', '.join(COLUMNS)}.",
                code="invalid_request",
            )
    return fields
