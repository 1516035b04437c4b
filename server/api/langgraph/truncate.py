"""Removes everything, so that a client's test suite can begin anew."""

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlmodel import delete, select

from server.api.body import JsonRoute
from server.api.deps import Open
from server.api.langgraph.answers import json_answer
from server.db.models import ACTIVE, Assistant, Run, Thread

router = APIRouter(prefix="/internal", tags=["system"], route_class=JsonRoute)


class Truncate(BaseModel):
    """What to remove. Runs and checkpoints lie on threads, and go with them."""

    runs: bool = False
    threads: bool = False
    assistants: bool = False
    store: bool = False
    checkpoint: bool = False


@router.post("/truncate")
async def truncate(body: Truncate, resources: Open) -> Response:
    """Remove all of these; graphs keep their default assistants."""
    if body.runs or body.threads or body.checkpoint:
        async with resources.database.read() as session:
            runs = (await session.exec(select(Run.run_id, Run.status))).all()
            threads = (await session.exec(select(Thread.thread_id))).all()
        for run_id, status in runs:
            if status in ACTIVE:
                await resources.canceller.cancel(run_id)
        for thread_id in threads:
            await resources.remover.remove(thread_id)
    if body.assistants:
        async with resources.database.write() as session:
            await session.exec(delete(Assistant))
        await resources.assistants.register_defaults()
    return json_answer({})
