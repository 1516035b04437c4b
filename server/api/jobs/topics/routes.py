"""Texts in, topics out: the old topic platform's paths."""

import asyncio
from collections import Counter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from server.api.accounts import files
from server.api.body import JsonRoute
from server.api.deps import Open, canonical_uuid
from server.api.jobs.topics import board
from server.api.jobs.topics.intake import Analysis, NewTask, Presign
from server.api.jobs.topics.task import KEY, STATES, files_json, status_of
from server.api.langgraph.answers import json_answer
from server.db.models import ACTIVE
from server.files import ownership
from server.resources import Resources
from tools.alibaba.eas import infer_topics
from tools.errors import Conflict, InputTooLarge, InvalidInput, NotFound, Unavailable
from tools.topics.running.job import Job

router = APIRouter(prefix="/api", tags=["topics"])
bodies = APIRouter(prefix="/api", tags=["topics"], route_class=JsonRoute)
ROUTERS = (bodies, router)

_MOST_BYTES = 50 * 1024 * 1024  # of a dataset that is looked into while its caller waits
_SECONDS = 120.0  # that a caller waits for an analysis
_ENDINGS = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".parquet", ".txt", ".pdf")


@bodies.post("/tasks", status_code=201)
async def begin_task(body: NewTask, resources: Open) -> Response:
    """Make a task of uploaded files or of texts; the work begins at once."""
    task = await board.begin(resources, body)
    response = json_answer(
        await board.shown(resources, task), {"Location": f"/api/tasks/{task[0].thread_id}"}
    )
    response.status_code = 201
    return response


@router.get("/tasks")
async def list_tasks(
    resources: Open,
    status: Literal["pending", "running", "waiting", "completed", "failed", "cancelled"] | None = None,
    dataset: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """One's own tasks, the newest first."""
    found = await board.search(resources)
    wanted = [
        task
        for task in found
        if status in (None, status_of(*task)) and dataset in (None, task[0].meta[KEY]["dataset"])
    ]
    page = wanted[offset : offset + limit]
    return json_answer({"tasks": [await board.shown(resources, task) for task in page], "total": len(wanted)})


@router.get("/tasks/stats")
async def task_stats(resources: Open) -> Response:
    """How many tasks one has, by status."""
    counts = Counter(status_of(*task) for task in await board.search(resources))
    return json_answer({"total": counts.total(), **{status: counts[status] for status in STATES}})


@router.get("/tasks/{topics_task_id}")
async def show_task(topics_task_id: str, resources: Open) -> Response:
    """How far a task is, and what it came to."""
    return json_answer(await board.shown(resources, await board.find(resources, topics_task_id)))


@router.get("/tasks/{topics_task_id}/logs")
async def task_log(
    topics_task_id: str, resources: Open, tail: Annotated[int, Query(ge=1, le=1000)] = 100
) -> Response:
    """The last lines of a task's log."""
    task = await board.find(resources, topics_task_id)
    return json_answer({"task_id": task[0].thread_id, "logs": await board.log_of(resources, task, tail)})


@router.get("/tasks/{topics_task_id}/results")
async def task_results(topics_task_id: str, resources: Open) -> Response:
    """A completed task's topics, measures, choices and files."""
    result = await board.result_of(resources, await board.find(resources, topics_task_id))
    return json_answer({**result, "files": files_json(result)})


@router.get("/tasks/{topics_task_id}/results/{file_name}")
async def task_file(topics_task_id: str, file_name: str, request: Request, resources: Open) -> Response:
    """One file of a result, by its key: analysis, assignments, topics, report, report_html, report_word..."""
    result = await board.result_of(resources, await board.find(resources, topics_task_id))
    if file_name not in result["files"]:
        raise NotFound(
            f"The result has no file {file_name[:60]!r}.",
            hint=f"It has {', '.join(result['files'])}.",
            code="file_not_found",
        )
    return await files.download_file(result["files"][file_name]["file_id"], request, resources)


@bodies.post("/tasks/{topics_task_id}/answer")
async def answer_task(topics_task_id: str, body: dict[str, Any], resources: Open) -> Response:
    """Answer what a task waits for; what can be answered stands in its ``review``."""
    task = await board.answer(resources, await board.find(resources, topics_task_id), body)
    return json_answer(await board.shown(resources, task))


@router.post("/tasks/{topics_task_id}/cancel")
async def cancel_task(topics_task_id: str, resources: Open) -> Response:
    """Stop a task for good; its trainings end with it, wherever they run."""
    thread, run = await board.find(resources, topics_task_id)
    is_stopped = run is not None and run.status in ACTIVE and await resources.canceller.cancel(run.run_id)
    if not is_stopped:
        raise Conflict(
            f"Task {thread.thread_id} is {status_of(thread, run)}: there is nothing to stop.",
            hint="Only pending and running tasks can be cancelled.",
            code="task_not_active",
        )
    return json_answer({"task_id": thread.thread_id, "status": "cancelled", "message": "Task cancelled"})


@router.delete("/tasks/{topics_task_id}", status_code=204)
async def remove_task(topics_task_id: str, resources: Open) -> Response:
    """Stop a task, and remove it with everything it wrote."""
    thread, _ = await board.find(resources, topics_task_id)
    await resources.threads.delete(thread.thread_id)
    return Response(status_code=204)


@bodies.post("/analyze")
async def analyze(body: Analysis, resources: Open) -> Response:
    """The topics of new texts, found as those of a task's own texts were."""
    if body.task_id is None and body.file_id is None:
        return json_answer(await _by_eas(resources, body.texts))
    file_id = body.file_id
    if body.task_id is not None:
        result = await board.result_of(resources, await board.find(resources, body.task_id))
        file_id = result["files"]["topics"]["file_id"]
    topics = await _bytes(resources, str(file_id))
    job = Job(step="assign", settings={"texts": body.texts}, files={"topics.zip": topics})
    made = await _worked(resources, job)
    return Response(made["summary.json"], media_type="application/json")


@router.get("/datasets")
async def list_datasets(resources: Open) -> Response:
    """One's uploads that a task can be made of, the newest first."""
    found = await resources.files.search(owner=ownership.reader(), retention="inputs", limit=100)
    return json_answer(
        {
            "datasets": [
                {
                    "id": file.file_id,
                    "name": file.name,
                    "size": file.size,
                    "created_at": file.created_at.isoformat(),
                }
                for file in found
                if file.name.lower().endswith(_ENDINGS)
            ]
        }
    )


@router.get("/datasets/{file_id}/preview")
async def preview_dataset(file_id: str, resources: Open) -> Response:
    """Which columns a dataset has, what each is for, and examples."""
    file = await resources.files.get(canonical_uuid(file_id, "file"), reader=ownership.reader())
    data = await _bytes(resources, file_id)
    job = Job(step="profile", settings={"files": {"table0": file.name}}, files={"table0": data})
    made = await _worked(resources, job)
    return Response(made["profile.json"], media_type="application/json")


@bodies.post("/oss/presign", status_code=201)
async def presign(body: Presign, resources: Open) -> Response:
    """A link to put a file into the bucket by; then POST its ``complete``. 409 without a bucket."""
    upload, link = await resources.uploads.begin_direct(
        owner=ownership.writer(), name=body.filename, length=body.size, retention="inputs"
    )
    response = json_answer(
        {
            "upload_id": upload.upload_id,
            "method": link.method,
            "url": link.url,
            "headers": link.headers,
            "expires_at": link.expires_at.isoformat(),
            "complete": f"/api/v1/uploads/{upload.upload_id}/complete",
        }
    )
    response.status_code = 201
    return response


async def _by_eas(resources: Resources, texts: list[str]) -> dict[str, Any]:
    """The topics that the configured service finds."""
    url, token = resources.settings.topics_eas_url, resources.settings.topics_eas_token
    if url is None or token is None:
        raise InvalidInput(
            "There is neither a task nor a file whose topics are meant, and no service on PAI-EAS.",
            hint="Give task_id of a completed task, or file_id of its topics.zip; or set TOPICS_EAS_URL.",
            code="no_topics_given",
        )
    return await infer_topics(url, token.get_secret_value(), texts)


async def _bytes(resources: Resources, file_id: str) -> bytes:
    """A file of who asks."""
    file = await resources.files.get(canonical_uuid(file_id, "file"), reader=ownership.reader())
    if file.size > _MOST_BYTES:
        raise InputTooLarge(
            f"The file has {file.size} bytes; at most {_MOST_BYTES} are looked into while you wait.",
            hint="Make a task of it.",
            code="file_too_large",
        )
    return b"".join([chunk async for chunk in resources.files.read(file)])


async def _worked(resources: Resources, job: Job) -> dict[str, bytes]:
    try:
        async with asyncio.timeout(_SECONDS):
            return await resources.topics.run(job, lambda done, total: None)
    except TimeoutError:
        raise Unavailable(
            f"This takes longer than {_SECONDS:g} s.", hint="Send fewer texts at a time.", code="too_slow"
        ) from None
