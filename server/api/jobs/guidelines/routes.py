"""Guidelines in, versions for patients out: the old workflow's paths."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from graphs.guideline.verdict import MAX_NOTES
from server.api.accounts import files
from server.api.body import JsonRoute
from server.api.deps import Open
from server.api.jobs.guidelines import board
from server.api.jobs.guidelines.following import task_events
from server.api.jobs.guidelines.forms import read_form
from server.api.jobs.guidelines.task import FORMATS, KEY, document_json, edition_json, status_of
from server.api.langgraph.answers import EVENTS, json_answer
from server.api.langgraph.joining import resume_point
from server.db.models import ACTIVE
from server.stream.event_stream import EventStream
from tools.errors import BadRequest, ErrorCategory, InvalidInput, NotFound, ServiceError
from tools.medical.comparing import compare_records
from tools.medical.records import GuidelineRecords

MOST_FILES = 5


class _FormRoute(APIRoute):
    """What is wrong with a form or its file is 400, as it was in the old system."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except ServiceError as error:
                if error.category is ErrorCategory.INVALID_INPUT and error.code != "file_type_refused":
                    raise BadRequest(error.message, hint=error.hint, code=error.code) from error
                raise

        return told


router = APIRouter(prefix="/api/v1/workflow", tags=["guidelines for patients"])
forms = APIRouter(prefix="/api/v1/workflow", tags=["guidelines for patients"], route_class=_FormRoute)
bodies = APIRouter(prefix="/api/v1/workflow", tags=["guidelines for patients"], route_class=JsonRoute)


ROUTERS = (forms, bodies, router)


class Review(BaseModel):
    """What a person decided on a version that a safety gate holds back."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approve", "reject"]
    reviewer: str = Field(min_length=1, max_length=200)
    notes: str = Field(default="", max_length=MAX_NOTES)
    edits: dict[str, Annotated[str, Field(min_length=1, max_length=2000)]] = Field(
        default={}, max_length=1000, description="New texts, by the ids of sentences."
    )


@forms.post("/upload", status_code=201)
async def upload_guideline(request: Request, resources: Open) -> Response:
    """A guideline as the form's ``file``, with what is to become of it; the work begins at once."""
    sent = await read_form(request, resources.files, field="file", most=1)
    thread, run = await board.begin(resources, sent.intake, sent.files[0])
    own = thread.meta[KEY]
    body = {
        "task_id": thread.thread_id,
        "guideline_id": thread.meta["guideline_id"],
        "celery_task_id": run.run_id if run else None,
        "version": own["number"],
        "status": status_of(thread, run),
        "message": "Guideline accepted",
        "upload_time": thread.created_at.isoformat(),
        "estimated_processing_time": own["expected_seconds"],
    }
    return _made(body, f"{router.prefix}/{thread.thread_id}/status")


@forms.post("/batch", status_code=201)
async def upload_batch(request: Request, resources: Open) -> Response:
    """Up to five guidelines as the form's ``files``; one that is refused does not stop the others."""
    sent = await read_form(request, resources.files, field="files", most=MOST_FILES)
    if sent.intake.guideline_id:
        raise InvalidInput("guideline_id: a batch makes new guidelines.", code="invalid_request")
    batch_id = str(uuid4())
    tasks = [await board.begin(resources, sent.intake, file, batch=batch_id) for file in sent.files]
    return _made(
        {
            "batch_task_id": batch_id,
            "total_files": len(tasks),
            "uploaded_files": [
                {
                    "guideline_id": thread.meta["guideline_id"],
                    "task_id": thread.thread_id,
                    "original_filename": thread.meta[KEY]["file"]["name"],
                    "file_size": thread.meta[KEY]["file"]["size"],
                    "status": status_of(thread, run),
                    "error": thread.meta[KEY]["refused"],
                }
                for thread, run in tasks
            ],
            "status": "pending",
            "message": "Batch accepted",
            "estimated_total_time": sum(thread.meta[KEY]["expected_seconds"] for thread, run in tasks if run),
        },
        f"{router.prefix}/batch/{batch_id}/status",
    )


@router.get("/batch/{guideline_batch_id}/status")
async def batch_status(guideline_batch_id: str, resources: Open) -> Response:
    """How each file of a batch fares."""
    tasks = [
        await board.shown(resources, task) for task in await board.batch_of(resources, guideline_batch_id)
    ]
    counts = {name: sum(task["status"] == name for task in tasks) for name in ("completed", "failed")}
    open_ones = len(tasks) - sum(task["status"] in ("completed", "failed", "cancelled") for task in tasks)
    failed = len(tasks) - open_ones - counts["completed"]
    status = "running" if open_ones else "partial_success" if failed and counts["completed"] else None
    return json_answer(
        {
            "batch_id": guideline_batch_id,
            "status": status or ("failed" if failed else "completed"),
            "total_guidelines": len(tasks),
            "completed_guidelines": counts["completed"],
            "failed_guidelines": failed,
            "progress_percentage": sum(task["progress_percentage"] for task in tasks) // len(tasks),
            "files": tasks,
        }
    )


@router.get("/{guideline_task_id}/status")
async def task_status(guideline_task_id: str, resources: Open) -> Response:
    """How far a task is, and what it came to."""
    return json_answer(await board.shown(resources, await board.find(resources, guideline_task_id)))


@router.get("/{guideline_task_id}/stream", response_class=StreamingResponse, responses=EVENTS)
async def follow_task(
    guideline_task_id: str,
    resources: Open,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> Response:
    """Server-sent events: workflow_update, heartbeat, workflow_completed or workflow_failed."""
    task = await board.find(resources, guideline_task_id)
    return EventStream(task_events(resources, task, resume_point(last_event_id or "0")))


@bodies.post("/{guideline_task_id}/review")
async def review_task(guideline_task_id: str, body: Review, resources: Open) -> Response:
    """Approve or reject a version that waits, with edits; they are held against the guideline again."""
    task = await board.find(resources, guideline_task_id)
    review = await board.review_of(resources, task[0])
    known = {item["id"] for item in review["sentences"]} if review else set[str]()
    unknown = sorted(body.edits.keys() - known)
    if unknown and review:
        raise InvalidInput(
            f"edits: there is no sentence {unknown[0][:80]!r}",
            hint="Sentences and their ids are in the status, under review.",
            code="invalid_request",
        )
    task = await board.answer(resources, task, body.model_dump())
    return json_answer(await board.shown(resources, task))


@router.delete("/{guideline_task_id}")
async def cancel_task(guideline_task_id: str, resources: Open) -> Response:
    """Stop a task for good; what it wrote so far stays with its thread."""
    thread, run = await board.find(resources, guideline_task_id)
    is_stopped = run is not None and run.status in ACTIVE and await resources.canceller.cancel(run.run_id)
    if not is_stopped:
        raise BadRequest(
            f"Task {thread.thread_id} is {status_of(thread, run)}: there is nothing to stop.",
            hint="Only pending and running tasks can be cancelled.",
            code="task_not_active",
        )
    return json_answer(
        {
            "message": "Task cancelled",
            "task_id": thread.thread_id,
            "guideline_id": thread.meta["guideline_id"],
        }
    )


@router.get("/{guideline_id}/pvg/download")
async def download_version(
    guideline_id: str,
    request: Request,
    resources: Open,
    format: str = "json",
    version: Annotated[int | None, Query(ge=1, description="By default the latest that is ready.")] = None,
    language: Annotated[
        Literal["en", "zh"] | None, Query(description="The translation's, or its own.")
    ] = None,
) -> Response:
    """A version as json, html, md, docx or pdf. What is not released says so on its first page."""
    if format not in FORMATS:
        raise BadRequest(
            f"format: {format[:20]!r} is none of {', '.join(FORMATS)}.", code="unsupported_format"
        )
    task = await _edition(resources, guideline_id, version)
    result = await board.result_of(resources, task)
    if format == "json":
        name = f"PVG_{task[0].meta['guideline_id']}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return json_answer(document_json(task[0], result), headers)
    written: dict[str, Any] = result["files"]
    if language not in (None, result["version"]["language"]):
        if not result["translation"] or result["translation"]["language"] != language:
            raise NotFound(
                f"There is no version in {language!r}.",
                hint="Ask for options.translate_to when it is made.",
                code="no_translation",
            )
        written = result["translation"]["files"]
    return await files.download_file(written[format]["file_id"], request, resources)


@router.get("/{guideline_id}/versions")
async def list_versions(guideline_id: str, resources: Open) -> Response:
    """A guideline's editions, the first one first."""
    editions = await board.editions_of(resources, guideline_id)
    return json_answer(
        {
            "guideline_id": editions[0][0].meta["guideline_id"],
            "versions": [edition_json(*task) for task in editions],
        }
    )


@router.get("/{guideline_id}/compare")
async def compare_versions(
    guideline_id: str,
    resources: Open,
    before: Annotated[int | None, Query(ge=1, description="By default the one before the latest.")] = None,
    after: Annotated[int | None, Query(ge=1, description="By default the latest that is ready.")] = None,
) -> Response:
    """Which recommendations an update added, removed and changed, by their words and fields."""
    new = await _edition(resources, guideline_id, after)
    number = new[0].meta[KEY]["number"]
    old = await _edition(resources, guideline_id, before or number - 1)
    results = [await board.result_of(resources, task) for task in (old, new)]
    records = [GuidelineRecords.model_validate(result["records"]) for result in results]
    changes = await asyncio.to_thread(compare_records, *records)
    return json_answer(
        {
            "guideline_id": new[0].meta["guideline_id"],
            "before": old[0].meta[KEY]["number"],
            "after": number,
            **changes,
        }
    )


async def _edition(resources: Open, guideline_id: str, number: int | None) -> board.Task:
    """An edition by its number; without one, the latest that is ready, or the latest."""
    editions = await board.editions_of(resources, guideline_id)
    if number is None:
        ready = [task for task in editions if status_of(*task) == "completed"]
        return (ready or editions)[-1]
    for task in editions:
        if task[0].meta[KEY]["number"] == number:
            return task
    raise NotFound(
        f"The guideline has no version {number}.",
        hint=f"It has {len(editions)}: see {router.prefix}/{guideline_id}/versions.",
        code="version_not_found",
    )


def _made(body: dict[str, Any], location: str) -> Response:
    answer = json_answer(body, {"Location": location})
    answer.status_code = 201
    return answer
