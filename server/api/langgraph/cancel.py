"""Stopping runs."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Response

from server.api.body import JsonRoute
from server.api.deps import Open, RunId, ThreadId
from server.api.following import ended
from server.api.langgraph.answers import patient_answer, run_headers
from server.db.models import CancelAction
from tools.errors import NotFound

router = APIRouter(tags=["runs"], route_class=JsonRoute)


@router.post("/threads/{thread_id}/runs/{run_id}/cancel", status_code=202)
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
        raise NotFound("No runs found to cancel.", code="unknown_run") from None
    if not await resources.canceller.cancel(run_id, action):
        raise NotFound(
            "No matching runs to cancel. Please verify the thread ID and run IDs are correct, and the runs "
            "haven't been deleted or completed.",
            code="run_ended",
        )
    if not wait:
        return Response(status_code=202)

    async def outcome() -> dict[str, object]:
        with suppress(NotFound):  # it is rolled back already
            await ended(resources, run)
        await resources.executor.execute(run_id)  # what follows its end may not have been done yet
        return {}

    return patient_answer(outcome, run_headers(thread_id, run_id, ending="join"))
