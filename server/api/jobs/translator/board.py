"""Finds, makes and changes tasks: threads that bear this contract's mark, with their latest runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphs.stages import Stages, stages_of
from server import access
from server.api.jobs import thread_tasks
from server.api.jobs.thread_tasks import Task
from server.api.jobs.translator.modules import CONTRACT, options_of, request_for
from server.api.jobs.translator.task import KEY, record, status_of, task_json
from server.db.models import ACTIVE
from server.resources import Resources
from tools.errors import Conflict, NotFound

MOST_LISTED = 1000


async def add(
    resources: Resources,
    *,
    module: str,
    task_name: str = "",
    files: Sequence[Mapping[str, Any]] = (),
    instructions: str = "",
    options: Mapping[str, Any] | None = None,
) -> Task:
    """A new task."""
    kept = record(
        module=module,
        task_name=task_name or module,
        files=[dict(file) for file in files],
        instructions=instructions,
        options=dict(options or {}),
    )
    metadata = access.stamped({"contract": CONTRACT, KEY: kept})
    return await resources.threads.create(metadata=metadata), None


async def find(resources: Resources, task_id: str) -> Task:
    """A task; raises NotFound for what is none, or another's."""
    return await thread_tasks.find(resources, task_id, mark=KEY, unknown=_unknown(task_id))


async def search(resources: Resources, *, module: str | None = None, status: str | None = None) -> list[Task]:
    """One's tasks, the newest first."""
    tasks = await thread_tasks.search(resources, {"contract": CONTRACT}, mark=KEY, limit=MOST_LISTED)
    return [
        task
        for task in tasks
        if module in (None, task[0].meta[KEY]["module"]) and status in (None, status_of(*task))
    ]


async def start(resources: Resources, task: Task) -> Task:
    """Do what the task asks for.

    Raises:
        Conflict: It is being done.
        ServiceError: What it asks for cannot be done.
    """
    thread, run = task
    if run is not None and run.status in ACTIVE:
        raise Conflict(
            f"Task {thread.thread_id} is being done already.", hint="Cancel it first.", code="task_active"
        )
    own = thread.meta[KEY]
    request = request_for(own["module"], options_of(own["options"]), own["files"])
    return await thread_tasks.work_on(resources, thread, request)


async def confirm(resources: Resources, task: Task, answer: Mapping[str, Any]) -> Task:
    """Go on with a task that waits for a person.

    Raises:
        Conflict: It does not wait.
    """
    thread, run = task
    if run is None or status_of(thread, run) != "paused":
        raise Conflict(
            f"Task {thread.thread_id} waits for nobody.", hint="Look at its status.", code="task_not_paused"
        )
    return await thread_tasks.resume(resources, thread, run, answer)


async def change(resources: Resources, task: Task, **changes: Any) -> Task:
    """A task with other records of its own."""
    thread, run = task
    kept = {**thread.meta[KEY], **changes}
    return await resources.threads.patch(thread.thread_id, {KEY: kept}, None), run


async def shown(resources: Resources, task: Task) -> dict[str, Any]:
    """A task as its owner sees it, with its progress, what it waits for, or its result."""
    thread, run = task
    status = status_of(thread, run)
    event = result = None
    if run is not None and status in ("processing", "paused", "failed"):
        event = await thread_tasks.latest_progress(resources, run)
    if run is not None and status == "completed":
        result = await resources.states.output(run)
    body = task_json(thread, run, stages_in(task), event, result)
    return body | ({"review": await thread_tasks.asked_of(resources, thread)} if status == "paused" else {})


def stages_in(task: Task) -> Stages | None:
    """The stages that a task's run goes through; None before it was begun."""
    thread, run = task
    if run is None:
        return None
    own = thread.meta[KEY]
    given = request_for(own["module"], options_of(own["options"]), own["files"]).input
    return stages_of(run.graph_id, given)


def _unknown(task_id: str) -> NotFound:
    return NotFound(f"Task {task_id[:60]} not found", hint="Check its id.", code="task_not_found")
