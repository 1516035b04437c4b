"""Finds, makes and changes tasks: threads that bear this contract's mark, with their latest runs."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from graphs.stages import Stages, stages_of
from server import access
from server.api.jobs import thread_tasks
from server.api.jobs.thread_tasks import Task
from server.api.jobs.translator.modules import CONTRACT, options_of, request_for
from server.api.jobs.translator.task import KEY, record, status_of, task_json
from server.db.models import ACTIVE, Thread
from server.db.repositories import runs, threads
from server.keys import RunKey
from server.resources import Resources
from server.runs.job import RunRequest
from server.stream.entry import StreamEvent
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
    wanted = threads.ThreadFilter(metadata={"contract": CONTRACT})
    async with resources.database.read() as session:
        found = await threads.search(
            session, wanted, limit=MOST_LISTED, sort_by="created_at", with_values=False
        )
        own = [thread for thread, _ in found if KEY in thread.meta]
        latest = await runs.latest_of_threads(session, [thread.thread_id for thread in own])
    tasks = [(thread, latest.get(thread.thread_id)) for thread in own]
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
    return await _run(resources, thread, request)


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
    request = RunRequest(
        assistant_id=run.graph_id,
        command={"resume": dict(answer)},
        stream_mode=("custom",),
        stream_resumable=True,
    )
    return await _run(resources, thread, request)


async def _run(resources: Resources, thread: Thread, request: RunRequest) -> Task:
    run = await resources.runs.create_run(request, thread_id=thread.thread_id)
    return await resources.runs.thread(thread.thread_id), run


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
    if run is not None and status in ("processing", "paused"):
        place = RunKey(run.thread_id, run.run_id)
        newest = await resources.broker.newest(place, is_progress)
        event = orjson.loads(newest.data) if newest else None
    if run is not None and status == "completed":
        result = await resources.states.output(run)
    body = task_json(thread, run, stages_in(task), event, result)
    return body | ({"review": await _review(resources, thread)} if status == "paused" else {})


def stages_in(task: Task) -> Stages | None:
    """The stages that a task's run goes through; None before it was begun."""
    thread, run = task
    if run is None:
        return None
    own = thread.meta[KEY]
    given = request_for(own["module"], options_of(own["options"]), own["files"]).input
    return stages_of(run.graph_id, given)


async def _review(resources: Resources, thread: Thread) -> list[Any]:
    state = await resources.states.snapshot(thread)
    return [interrupt.value for interrupt in state.interrupts] if state is not None else []


def is_progress(event: StreamEvent) -> bool:
    """Whether an event tells how far a run is."""
    return event.name == "custom" and orjson.loads(event.data)["type"] == "progress"


def _unknown(task_id: str) -> NotFound:
    return NotFound(f"Task {task_id} not found", hint="Check its id.", code="task_not_found")
