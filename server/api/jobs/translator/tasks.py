"""Tasks: made, listed, started, confirmed, cancelled, followed and removed."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from server.api.deps import Open
from server.api.following import run_events
from server.api.jobs import thread_tasks
from server.api.jobs.translator import board
from server.api.jobs.translator.envelope import FAILURES, EnvelopeRoute, success
from server.api.jobs.translator.fields import OldBody, Snaked, file_id_of
from server.api.jobs.translator.modules import known_module, options_of
from server.api.jobs.translator.task import (
    ENDED,
    KEY,
    attached,
    counters,
    progress_of,
    result_files,
    status_of,
)
from server.api.langgraph.answers import EVENTS
from server.api.langgraph.joining import resume_point
from server.db.models import now
from server.files import ownership
from server.resources import Resources
from server.stream.encoding import to_json
from server.stream.event_stream import EventStream
from server.stream.sse import frame
from tools.errors import Conflict, InvalidInput, NotFound

router = APIRouter(
    prefix="/api/v1/tasks", tags=["translation tasks"], route_class=EnvelopeRoute, responses=FAILURES
)

_MOST_FILES = 50
_MOST_MEMORIES = 200
_MEMORIES = {
    "conversation": "conversationHistory",
    "result": "processingResults",
    "intermediate": "intermediateData",
}


class TaskFile(OldBody):
    """A file of a new task: an upload, by its id, its path or its address here."""

    name: str | None = None
    type: str | None = None
    url: str | None = None
    file_id: str | None = None
    path: str | None = None
    size: int | None = None


class TaskCreate(OldBody):
    """A new task."""

    module: str
    task_name: str = Field(max_length=200)
    files: list[Annotated[TaskFile, Snaked]] = Field(default=[], max_length=_MOST_FILES)
    instructions: str = Field(default="", max_length=20_000)
    options: dict[str, Any] = Field(default={})


class FileAdd(OldBody):
    """One more file of a task."""

    file_path: str
    status: Literal["uploaded"] = "uploaded"


class MemoryAdd(OldBody):
    """Something to remember with a task."""

    type: Literal["conversation", "result", "intermediate"]
    data: Any


class Confirm(OldBody):
    """What a person says to a task that waits."""

    edits: dict[str, Any] = Field(default={}, description="By language and segment.")
    flow_id: str | None = Field(default=None, description="Taken, and not needed: one step waits at a time.")


class Cleanup(OldBody):
    """Which tasks are to go."""

    max_age: int = Field(default=7 * 24 * 3600 * 1000, ge=0, description="Milliseconds since they ended.")


@router.post("", status_code=201)
async def create_task(body: Annotated[TaskCreate, Snaked], resources: Open) -> Response:
    """A task; nothing is done until it is told to."""
    options_of(body.options)  # a wrong option is told now
    files = [await _attached(resources, _address(file)) for file in body.files]
    task = await board.add(
        resources,
        module=known_module(body.module),
        task_name=body.task_name,
        files=files,
        instructions=body.instructions,
        options=body.options,
    )
    return success(await board.shown(resources, task), "Task created", status=201)


@router.get("")
async def list_tasks(resources: Open, module: str | None = None, status: str | None = None) -> Response:
    """One's tasks, the newest first, without their results."""
    found = await board.search(resources, module=module, status=status)
    return success([board.task_json(*task, None, None, None) for task in found])


@router.get("/all")
async def all_tasks(resources: Open) -> Response:
    """As the list without a filter."""
    return await list_tasks(resources)


@router.get("/stats")
async def task_stats(resources: Open, module: str | None = None) -> Response:
    """How many tasks one has."""
    found = await board.search(resources, module=module)
    return success(counters([status_of(*task) for task in found]))


@router.post("/cleanup")
async def clean_up(body: Annotated[Cleanup, Snaked], resources: Open) -> Response:
    """Remove one's own tasks that ended long ago."""
    before = now() - timedelta(milliseconds=body.max_age)
    removed = 0
    for thread, run in await board.search(resources):
        if run and run.ended_at and run.ended_at <= before and status_of(thread, run) in ENDED:
            await resources.threads.delete(thread.thread_id)
            removed += 1
    return success({"cleanedCount": removed})


@router.get("/{job_id}")
async def show_task(job_id: str, resources: Open) -> Response:
    """A task with its progress and its result."""
    return success(await board.shown(resources, await board.find(resources, job_id)))


@router.delete("/{job_id}")
async def delete_task(job_id: str, resources: Open) -> Response:
    """Stop and remove a task with its results; files that were uploaded stay until they are deleted."""
    thread, _ = await board.find(resources, job_id)
    await resources.threads.delete(thread.thread_id)
    return success(None, "Task deleted")


@router.post("/{job_id}/process")
async def process_task(job_id: str, resources: Open) -> Response:
    """Begin the work, and answer at once."""
    task = await board.start(resources, await board.find(resources, job_id))
    return success(await board.shown(resources, task), "Task started")


@router.post("/{job_id}/confirm")
async def confirm_task(job_id: str, body: Annotated[Confirm, Snaked], resources: Open) -> Response:
    """Go on with a task that waits for a person, with that person's edits."""
    task = await board.confirm(resources, await board.find(resources, job_id), {"edits": body.edits})
    return success(await board.shown(resources, task), "Task goes on")


@router.post("/{job_id}/cancel")
async def cancel_task(job_id: str, resources: Open) -> Response:
    """Stop the work for good."""
    thread, run = await board.find(resources, job_id)
    if run is None or not await resources.canceller.cancel(run.run_id):
        raise Conflict("The task is not being done.", hint="Look at its status.", code="task_not_active")
    return success(await board.shown(resources, await board.find(resources, thread.thread_id)), "Cancelled")


@router.get("/{job_id}/events", response_class=StreamingResponse, responses=EVENTS)
async def follow_task(
    job_id: str, resources: Open, last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None
) -> Response:
    """Server-sent events: ``progress`` while the work goes on, then one named after how it ended."""
    task = await board.find(resources, job_id)
    return EventStream(_events(resources, task, resume_point(last_event_id or "0")))


@router.get("/{job_id}/files")
async def list_files(job_id: str, resources: Open) -> Response:
    """The files that a task was given, and those that it made."""
    thread, _ = task = await board.find(resources, job_id)
    return success(thread.meta[KEY]["files"] + result_files((await board.shown(resources, task))["result"]))


@router.post("/{job_id}/files")
async def add_file(job_id: str, body: Annotated[FileAdd, Snaked], resources: Open) -> Response:
    """Give a task one more of one's uploads."""
    task = await board.find(resources, job_id)
    files = task[0].meta[KEY]["files"]
    if len(files) >= _MOST_FILES:
        raise InvalidInput(f"A task has at most {_MOST_FILES} files.", code="too_many_files")
    added = await _attached(resources, file_id_of(body.file_path, "filePath"))
    return success(await board.shown(resources, await board.change(resources, task, files=[*files, added])))


@router.get(
    "/{job_id}/files/{file_name}",
    status_code=307,
    response_class=Response,
    responses={307: {"description": "Where its bytes are."}},
)
async def download_file(job_id: str, file_name: str, resources: Open) -> Response:
    """A file of a task, by its name or id; what the task made goes before what it was given."""
    thread, _ = task = await board.find(resources, job_id)
    made = result_files((await board.shown(resources, task))["result"])
    wanted = next(
        (f for f in [*made, *thread.meta[KEY]["files"]] if file_name in (f["name"], f["fileId"])), None
    )
    if wanted is None:
        raise NotFound(f"The task has no file {file_name[:100]!r}.", code="file_not_found")
    return Response(status_code=307, headers={"Location": wanted["url"]})


@router.post("/{job_id}/memory")
async def add_memory(job_id: str, body: Annotated[MemoryAdd, Snaked], resources: Open) -> Response:
    """Keep something with a task; the last ones of each kind stay."""
    task = await board.find(resources, job_id)
    memory = dict(task[0].meta[KEY]["memoryLayer"])
    kind = _MEMORIES[body.type]
    memory[kind] = [*memory[kind], {"data": body.data, "timestamp": now().isoformat()}][-_MOST_MEMORIES:]
    return success(await board.shown(resources, await board.change(resources, task, memoryLayer=memory)))


async def _events(resources: Resources, task: board.Task, after: str | None) -> AsyncGenerator[bytes]:
    thread, run = task
    stages = board.stages_in(task)
    if run is not None:
        async with aclosing(run_events(resources, run, after=after)) as entries:
            async for entry in entries:
                for event in entry.events:
                    if thread_tasks.is_progress(event):
                        data = orjson.loads(event.data)
                        told = {"taskId": thread.thread_id, "status": "processing", **data}
                        told["progress"] = progress_of("processing", stages, data)
                        yield frame("progress", to_json(told), event.id)
    last = await board.shown(resources, await board.find(resources, thread.thread_id))
    yield frame(last["status"], to_json(last))


def _address(file: TaskFile) -> str:
    address = file.file_id or file.path or file.url
    if address is None:
        raise InvalidInput("files: a file lacks its fileId, path or url", code="file_missing")
    return file_id_of(address, "files")


async def _attached(resources: Resources, file_id: str) -> dict[str, Any]:
    return attached(await resources.files.get(file_id, reader=ownership.reader()))
