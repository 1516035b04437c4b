"""The contract of the character recogniser that this service replaces: same paths, same bodies.

A task is a run of the graph ``characters``; its id is the run's. Status, progress and result come from the
run's row and event log, so polling tells the same story as the stream.
"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from graphs.characters.sentences import Sentences
from server.api.body import JsonRoute
from server.api.deps import Open
from server.api.following import ended
from server.api.jobs import recogniser, thread_tasks
from server.api.langgraph.answers import json_answer
from server.checkpoint import CheckpointIncomplete
from server.db.models import Run
from server.db.repositories import runs
from server.resources import Resources
from server.runs.job import RunRequest
from tools.errors import ServiceError

router = APIRouter(tags=["character recognition"], route_class=JsonRoute)


class RecognitionRequest(BaseModel):
    """A novel, and what to look for."""

    model_config = ConfigDict(extra="forbid")

    text: str
    book_id: str | None = Field(
        default=None, description="The caller's own name for the book; returned as given."
    )
    callback_url: str | None = Field(default=None, description="Called once when the task ends.")
    options: dict[str, Any] = Field(default_factory=dict)


@router.post("/api/recognize")
async def recognize(body: RecognitionRequest, resources: Open) -> Response:
    """Recognise a novel's characters and wait for the result."""
    run = await _accept(resources, body, callback_url=body.callback_url)
    run = await ended(resources, run)
    if run.error is not None:
        raise ServiceError(run.error["message"], hint=run.error.get("hint", ""), code=run.error.get("code"))
    return json_answer(recogniser.response(await resources.states.output(run)))


@router.post("/api/recognize/async")
async def recognize_async(
    body: RecognitionRequest, resources: Open, callback_url: Annotated[str | None, Query()] = None
) -> Response:
    """Start recognising; poll the task, or be called back."""
    run = await _accept(resources, body, callback_url=callback_url or body.callback_url)
    return json_answer(
        {
            "success": True,
            "task_id": run.run_id,
            "message": "Task accepted",
            "queue_length": (await _counts(resources))["pending"],
        }
    )


@router.get("/api/recognize/async/{task_id}")
async def task_status(task_id: str, resources: Open) -> Response:
    """How far a task is, and its result once it is there."""
    run = await _find(resources, task_id)
    try:
        info = await _task_info(resources, run)
    except CheckpointIncomplete:
        await _find(resources, task_id)  # its keeping may have ended just now
        raise
    return json_answer({"success": True, "data": info, "source": "redis"})


@router.get("/api/stats")
async def stats(resources: Open) -> Response:
    """Counters of tasks and queue."""
    counts = await _counts(resources)
    settings = resources.settings
    return json_answer(
        {
            "service": "character-recognition",
            "version": recogniser.VERSION,
            "models": {"primary": settings.primary_model or "offline"},
            "config": {"similarity_threshold": settings.similarity_threshold},
            "tasks": counts,
            "queue": {"length": counts["pending"]},
            "storage_mode": "redis",
            "redis": {"enabled": True},
        }
    )


async def callback_payload(resources: Resources, run: Run) -> dict[str, Any]:
    """What the callback of a task carries."""
    return recogniser.callback(await _task_info(resources, run), run)


async def _accept(resources: Resources, body: RecognitionRequest, *, callback_url: str | None) -> Run:
    if callback_url:
        await resources.webhooks.check(callback_url)
    options = {"similarity_threshold": resources.settings.similarity_threshold} | body.options
    request = RunRequest(
        assistant_id="characters",
        input={"text": body.text, "options": options},
        metadata={
            "book_id": body.book_id,
            "total_sentences": await asyncio.to_thread(lambda: len(Sentences(body.text))),
        },
        stream_mode=("custom",),
        webhook=callback_url,
        keep_thread=False,
    )
    return await resources.runs.create_run(request, contract=recogniser.CONTRACT)


async def _find(resources: Resources, task_id: str) -> Run:
    async with resources.database.read() as session:
        return await runs.of_contract(session, task_id, recogniser.CONTRACT)


async def _task_info(resources: Resources, run: Run) -> dict[str, Any]:
    event = await thread_tasks.latest_progress(resources, run) if run.status != "success" else None
    result = await resources.states.output(run) if run.status == "success" else None
    return recogniser.task_info(run, event, result)


async def _counts(resources: Resources) -> dict[str, int]:
    async with resources.database.read() as session:
        return recogniser.counters(await runs.count_by_status(session, recogniser.CONTRACT))
