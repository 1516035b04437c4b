"""Finds and makes tasks and guidelines: threads that bear this contract's mark, with their latest runs."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from server import access
from server.api.deps import known_uuid
from server.api.jobs import thread_tasks
from server.api.jobs.guidelines.forms import SentFile
from server.api.jobs.guidelines.intake import Intake
from server.api.jobs.guidelines.task import BATCH, GUIDELINE, KEY, record, status_of, task_json
from server.api.jobs.thread_tasks import Task
from server.db.models import Run, Thread
from server.db.repositories import model_usage
from server.files import ownership
from server.keys import RunKey
from server.resources import Resources
from server.runs.job import RunRequest
from tools.errors import BadRequest, NotFound, ServiceError

GRAPH = "guideline"
MOST_EDITIONS = 200


async def begin(resources: Resources, intake: Intake, file: SentFile, *, batch: str | None = None) -> Task:
    """A new task, under way.

    Args:
        batch: The id of what was sent together; a file that is refused is then kept as a failed task.

    Raises:
        ServiceError: The file or the options cannot be worked on, and it is no batch's.
    """
    editions = await editions_of(resources, intake.guideline_id) if intake.guideline_id else []
    guideline_id = editions[0][0].meta[GUIDELINE] if editions else str(uuid4())
    number = max((thread.meta[KEY]["number"] for thread, _ in editions), default=0) + 1
    told = {"file_id": file.file_id, "name": file.name, "size": file.size}
    marks = {GUIDELINE: guideline_id, BATCH: batch}
    if file.refused is not None or file.file_id is None:
        return await _refused(
            resources,
            intake,
            told,
            marks,
            file.refused or NotFound("The file is gone."),
            is_kept=batch is not None,
        )
    thread = await _thread(resources, record(intake, file=told, number=number), marks)
    request = RunRequest(
        assistant_id=GRAPH,
        input=intake.graph_input(file.file_id, file.name),
        stream_mode=("custom",),
        stream_resumable=True,
        priority="low" if intake.priority == "low" else "normal",
    )
    try:
        run = await resources.runs.create_run(request, thread_id=thread.thread_id)
    except BaseException as error:
        await resources.threads.delete(thread.thread_id)
        await resources.files.remove(file.file_id, owner=ownership.reader())
        if not isinstance(error, ServiceError):
            raise
        told = {**told, "file_id": None}
        return await _refused(resources, intake, told, marks, error, is_kept=batch is not None)
    return await resources.runs.thread(thread.thread_id), run


async def _refused(
    resources: Resources,
    intake: Intake,
    file: Mapping[str, Any],
    marks: Mapping[str, Any],
    error: ServiceError,
    *,
    is_kept: bool,
) -> Task:
    if not is_kept:
        raise error
    why = {"error": error.code, "message": error.message, "hint": error.hint}
    return await _thread(resources, record(intake, file=file, number=1, refused=why), marks), None


async def _thread(resources: Resources, own: Mapping[str, Any], marks: Mapping[str, Any]) -> Thread:
    return await resources.threads.create(metadata=access.stamped({**marks, KEY: dict(own)}))


async def find(resources: Resources, task_id: str) -> Task:
    """A task; raises NotFound for what is none, or another's."""
    return await thread_tasks.find(resources, task_id, mark=KEY, unknown=_unknown("Task", task_id))


async def editions_of(resources: Resources, guideline_id: str) -> list[Task]:
    """A guideline's tasks, the first edition first; raises NotFound where there is none that one may see."""
    known = known_uuid(guideline_id)
    found = await _search(resources, {GUIDELINE: known}) if known else []
    if not found:
        raise _unknown("Guideline", guideline_id)
    return sorted(found, key=lambda task: (task[0].meta[KEY]["number"], task[0].created_at))


async def batch_of(resources: Resources, batch_id: str) -> list[Task]:
    """What was sent together, in its order; raises NotFound where there is nothing that one may see."""
    known = known_uuid(batch_id)
    found = await _search(resources, {BATCH: known}) if known else []
    if not found:
        raise _unknown("Batch", batch_id)
    return found


async def _search(resources: Resources, marks: Mapping[str, Any]) -> list[Task]:
    return await thread_tasks.search(resources, marks, mark=KEY, limit=MOST_EDITIONS, newest_first=False)


async def answer(resources: Resources, task: Task, verdict: Mapping[str, Any]) -> Task:
    """Go on with a task that waits for a person.

    Raises:
        BadRequest: It does not wait.
    """
    thread, run = task
    if run is None or status_of(thread, run) != "waiting_review":
        raise BadRequest(
            f"Task {thread.thread_id} waits for nobody.",
            hint="Only what a safety gate holds back is decided on. Look at its status.",
            code="task_not_waiting",
        )
    return await thread_tasks.resume(resources, thread, run, verdict)


async def shown(resources: Resources, task: Task) -> dict[str, Any]:
    """A task as its owner sees it, with its progress, what it waits for, or its result's figures."""
    thread, run = task
    status = status_of(thread, run)
    if run is None:
        return task_json(thread, run)
    if status == "completed":
        return task_json(thread, run, result=await resources.states.output(run))
    body = task_json(
        thread,
        run,
        event=await thread_tasks.latest_progress(resources, run),
        consumed=await _consumed(resources, run),
        worker=await resources.runs.leases.worker(RunKey(run.thread_id, run.run_id)),
    )
    return body | ({"review": await review_of(resources, thread)} if status == "waiting_review" else {})


async def review_of(resources: Resources, thread: Thread) -> dict[str, Any] | None:
    """What a task that waits asks a person."""
    asked = await thread_tasks.asked_of(resources, thread)
    return asked[0] if asked else None


async def result_of(resources: Resources, task: Task) -> dict[str, Any]:
    """A completed task's result.

    Raises:
        NotFound: "not_ready".
    """
    thread, run = task
    if run is None or status_of(thread, run) != "completed":
        raise NotFound(
            f"The version is not ready: its task is {status_of(thread, run)}.",
            hint="Ask for its status, or follow its stream.",
            code="not_ready",
        )
    return await resources.states.output(run)


async def _consumed(resources: Resources, run: Run) -> dict[str, Any]:
    async with resources.database.read() as session:
        rows = await model_usage.of_run(session, run.run_id)
    costs = [row.cost for row in rows]
    return {
        "tokens": sum(row.input_tokens + row.output_tokens for row in rows),
        "cost": None if None in costs else float(sum(cost for cost in costs if cost is not None)),
    }


def _unknown(noun: str, id: str) -> NotFound:
    return NotFound(f"{noun} {id[:60]} not found", hint="Check its id.", code=f"{noun.lower()}_not_found")
