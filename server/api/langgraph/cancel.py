"""Stopping runs."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Response

from server.api.body import JsonRoute
from server.api.deps import Open, RunId, ThreadId
from server.api.following import ended
from server.api.langgraph.answers import patient_answer, run_headers
from server.api.langgraph.schemas import RunsCancel
from server.db.models import ACTIVE, CancelAction
from server.db.repositories import runs
from server.resources import Resources
from tools.errors import NotFound

router = APIRouter(tags=["runs"], route_class=JsonRoute)


@router.post(
    "/threads/{thread_id}/runs/{run_id}/cancel",
    status_code=202,
    response_class=Response,
    responses={200: {"description": "It has ended.", "content": {"application/json": {}}}},
)
async def cancel_run(
    thread_id: ThreadId,
    run_id: RunId,
    resources: Open,
    wait: Annotated[bool, Query(description="Answer only when the run has ended.")] = False,
    action: Annotated[
        CancelAction, Query(description="Keep what the run has done, or remove the run and its checkpoints.")
    ] = "interrupt",
) -> Response:
    """Stop a run that waits or is under way; 404 when there is none."""
    try:
        run = await resources.runs.run(run_id, thread_id=thread_id)
    except NotFound:
        raise _none_found() from None
    if not await resources.canceller.cancel(run_id, action):
        raise _ended()
    if not wait:
        return Response(status_code=202)

    async def outcome() -> dict[str, object]:
        with suppress(NotFound):  # it is rolled back already
            await ended(resources, run)
        await resources.executor.execute(run_id)  # what follows its end may not have been done yet
        return {}

    return patient_answer(outcome, run_headers(thread_id, run_id, ending="join"))


@router.post("/runs/cancel", status_code=204)
async def cancel_runs(
    body: RunsCancel,
    resources: Open,
    action: Annotated[
        CancelAction, Query(description="Keep what the runs have done, or remove them and their checkpoints.")
    ] = "interrupt",
) -> Response:
    """Stop some runs of a thread, or all in some state; 404 when there is none to stop."""
    async with resources.database.read() as session:
        if body.status is not None:
            statuses = ACTIVE if body.status == "all" else (body.status,)
            found = await runs.with_status(session, statuses)
        else:
            wanted = [str(run_id) for run_id in body.run_ids or ()]
            found = await runs.among(session, str(body.thread_id), wanted)
    if not found:
        raise _none_found()
    # The youngest first: no run begins because the one before it was stopped.
    stopped = [await _cancel(resources, run.run_id, action) for run in reversed(found)]
    if not any(stopped):
        raise _ended()
    return Response(status_code=204)


async def _cancel(resources: Resources, run_id: str, action: CancelAction) -> bool:
    try:
        return await resources.canceller.cancel(run_id, action)
    except NotFound:  # it was rolled back meanwhile
        return False


def _none_found() -> NotFound:
    return NotFound("No runs found to cancel.", code="unknown_run")


def _ended() -> NotFound:
    return NotFound(
        "No matching runs to cancel. Please verify the thread ID and run IDs are correct, and the runs "
        "haven't been deleted or completed.",
        code="run_ended",
    )
