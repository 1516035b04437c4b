"""Runs on threads of their own, which go after their end."""

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from server.api.body import JsonRoute
from server.api.deps import Open
from server.api.langgraph.answers import EVENTS, json_answer, run_headers
from server.api.langgraph.schemas import RunCreate, run_json
from server.api.langgraph.starting import EndEvent, accept, stream_new, wait_for_new

router = APIRouter(prefix="/runs", tags=["runs"], route_class=JsonRoute)


@router.post("")
async def create_stateless_run(body: RunCreate, resources: Open) -> Response:
    """Start a run in the background."""
    run = await accept(resources, body, None)
    place = run_headers(run.thread_id, run.run_id, ending="")["Content-Location"]
    return json_answer(run_json(run), {"Content-Location": place})


@router.post("/stream", response_class=StreamingResponse, responses=EVENTS)
async def stream_stateless_run(body: RunCreate, resources: Open, end_event: EndEvent = False) -> Response:
    """Start a run and stream its events."""
    return await stream_new(resources, body, None, end_event=end_event)


@router.post("/wait")
async def wait_for_stateless_run(body: RunCreate, resources: Open) -> Response:
    """Start a run and answer with its final values."""
    return await wait_for_new(resources, body, None)


@router.post("/batch")
async def create_batch(bodies: list[RunCreate], resources: Open) -> Response:
    """Start several runs in the background; none when one of them is refused."""
    for body in bodies:
        body.check()
        await resources.runs.check(body.request(keep_thread=False))
    return json_answer([run_json(await accept(resources, body, None)) for body in bodies])
