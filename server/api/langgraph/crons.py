"""Crons: runs that are created on a schedule."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from starlette.exceptions import HTTPException

from server.api.body import JsonRoute
from server.api.deps import Open, ThreadId, canonical_uuid
from server.api.langgraph.answers import json_answer
from server.api.langgraph.cron_schemas import CronCreate, CronFields, CronPatch, CronSearch, cron_json
from server.db.models import Cron
from server.db.repositories.crons import CronFilter
from server.resources import Resources

router = APIRouter(tags=["crons"], route_class=JsonRoute)


async def _cron_id(cron_id: Annotated[str, Path(description="The cron's UUID.")]) -> str:
    return canonical_uuid(cron_id, "cron")


CronId = Annotated[str, Depends(_cron_id)]


@router.post("/runs/crons")
async def create_cron(body: CronCreate, resources: Open) -> Response:
    """Create runs on a schedule, each on a thread of its own."""
    return json_answer(cron_json(await _create(resources, body, None)))


@router.post("/threads/{thread_id}/runs/crons")
async def create_thread_cron(thread_id: ThreadId, body: CronCreate, resources: Open) -> Response:
    """Create runs on a schedule, all on one thread."""
    return json_answer(cron_json(await _create(resources, body, thread_id)))


@router.post("/runs/crons/search")
async def search_crons(body: CronSearch, resources: Open) -> Response:
    """One page of the crons that fit."""
    found = await resources.schedules.search(
        _filter(body, enabled=body.enabled),
        limit=body.limit + 1,
        offset=body.offset,
        sort_by=body.sort_by,
        descending=body.sort_order == "desc",
    )
    page = [cron_json(cron) for cron in found[: body.limit]]
    following = body.offset + len(page)
    headers = {"X-Pagination-Total": str(following)}
    if len(found) > body.limit:
        headers = {"X-Pagination-Total": str(following + 1), "X-Pagination-Next": str(following)}
    if body.select:
        page = [{column: cron[column] for column in body.select} for cron in page]
    return json_answer(page, headers)


@router.post("/runs/crons/count")
async def count_crons(body: CronFields, resources: Open) -> Response:
    """How many crons fit."""
    return json_answer(await resources.schedules.count(_filter(body)))


@router.get("/runs/crons/{cron_id}")
async def get_cron(cron_id: CronId, resources: Open) -> Response:
    """A cron, with its next moment."""
    return json_answer(cron_json(await resources.schedules.get(cron_id)))


@router.patch("/runs/crons/{cron_id}")
async def patch_cron(cron_id: CronId, body: CronPatch, resources: Open) -> Response:
    """Change a cron: metadata is laid over what is there, ``end_time: null`` means no end."""
    body.check()
    changes = body.changes()
    if not changes:
        raise HTTPException(400, "Request body cannot be empty")
    return json_answer(cron_json(await resources.schedules.update(cron_id, changes)))


@router.delete("/runs/crons/{cron_id}", status_code=204)
async def delete_cron(cron_id: CronId, resources: Open) -> Response:
    """Create no more runs; those under way go on."""
    await resources.schedules.delete(cron_id)
    return Response(status_code=204)


async def _create(resources: Resources, body: CronCreate, thread_id: str | None) -> Cron:
    body.check()
    request = body.request(keep_thread=True)
    return await resources.schedules.create(
        request,
        schedule=body.schedule,
        thread_id=thread_id,
        timezone=body.timezone,
        end_time=body.end_time,
        enabled=body.enabled,
        on_run_completed=body.on_run_completed,
        metadata=request.metadata,
    )


def _filter(body: CronFields, *, enabled: bool | None = None) -> CronFilter:
    return CronFilter(
        assistant_id=str(body.assistant_id) if body.assistant_id else None,
        thread_id=str(body.thread_id) if body.thread_id else None,
        enabled=enabled,
        metadata=body.metadata,
    )
