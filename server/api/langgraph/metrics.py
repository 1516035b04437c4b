"""What the service does, in numbers."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from server import metrics
from server.api.auth import operators
from server.api.deps import Open
from server.api.langgraph.answers import json_answer
from server.resources import Resources

router = APIRouter(tags=["system"])


@router.get(
    "/metrics",
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def read_metrics(
    request: Request,
    resources: Open,
    format: Annotated[Literal["prometheus", "json"], Query()] = "prometheus",
) -> Response:
    """Metrics as Prometheus reads them, or the official server's JSON; for operators."""
    await operators.check(request, resources)
    if format == "json":
        return json_answer(await _official(resources))
    return Response(await resources.census.prometheus(), media_type=CONTENT_TYPE_LATEST)


async def _official(resources: Resources) -> dict[str, Any]:
    runs = await resources.census.runs()
    slots, active = resources.executor.held.slots, len(resources.executor.held)
    waits = {
        "pending_runs_wait_time_max_secs": runs.longest_wait,
        "pending_runs_wait_time_med_secs": runs.median_wait,
        "pending_unblocked_runs_wait_time_max_secs": runs.longest_unblocked_wait,
    }
    return {
        "queue": {
            "n_pending": runs.by_status["pending"],
            **{name: None if wait is None else wait.total_seconds() for name, wait in waits.items()},
            "n_running": runs.by_status["running"],
        },
        "api": {"http_requests_total": metrics.requests_by_route()},
        "workers": {"max": slots, "active": active, "available": max(0, slots - active)},
    }
