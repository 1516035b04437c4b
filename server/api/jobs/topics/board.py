"""Finds, makes and shows tasks: threads that bear this contract's mark, with their latest runs."""

from collections import deque
from collections.abc import Mapping
from typing import Any

import orjson

from server import access
from server.api.jobs import thread_tasks
from server.api.jobs.thread_tasks import Task
from server.api.jobs.topics.intake import NewTask
from server.api.jobs.topics.task import KEY, MARK, log_line, status_of, task_json
from server.keys import RunKey
from server.resources import Resources
from server.runs.job import RunRequest
from server.stream.entry import FROM_START
from tools.errors import Conflict, NotFound

GRAPH = "topics"
MOST_LISTED = 1000
_PATIENCE = 0.5  # seconds without an event, after which a log is read to its end


async def begin(resources: Resources, asked: NewTask) -> Task:
    """A new task, under way.

    Raises:
        ServiceError: It cannot succeed; nothing is left of it.
    """
    own = {"name": asked.name, "dataset": asked.dataset, "num_topics": asked.num_topics}
    thread = await resources.threads.create(metadata=access.stamped({**MARK, KEY: own}))
    request = RunRequest(
        assistant_id=GRAPH, input=asked.graph_input(), stream_mode=("custom",), stream_resumable=True
    )
    try:
        run = await resources.runs.create_run(request, thread_id=thread.thread_id)
    except BaseException:
        await resources.threads.delete(thread.thread_id)
        raise
    return await resources.runs.thread(thread.thread_id), run


async def find(resources: Resources, task_id: str) -> Task:
    """A task; raises NotFound for what is none, or another's."""
    unknown = NotFound(f"Task {task_id[:60]} not found", hint="Check its id.", code="task_not_found")
    return await thread_tasks.find(resources, task_id, mark=KEY, unknown=unknown)


async def search(resources: Resources) -> list[Task]:
    """One's own tasks, the newest first."""
    return await thread_tasks.search(resources, MARK, mark=KEY, limit=MOST_LISTED)


async def shown(resources: Resources, task: Task) -> dict[str, Any]:
    """A task as its owner sees it, with its progress, what it waits for, or its result's figures."""
    thread, run = task
    status = status_of(thread, run)
    if run is None:
        return task_json(thread, run)
    if status == "completed":
        return task_json(thread, run, result=await resources.states.output(run))
    body = task_json(thread, run, event=await thread_tasks.latest_progress(resources, run))
    if status != "waiting":
        return body
    asked = await thread_tasks.asked_of(resources, thread)
    return body | {"review": asked[0] if asked else None}


async def answer(resources: Resources, task: Task, verdict: Mapping[str, Any]) -> Task:
    """Go on with a task that waits for a person.

    Raises:
        Conflict: It does not wait.
    """
    thread, run = task
    if run is None or status_of(thread, run) != "waiting":
        raise Conflict(
            f"Task {thread.thread_id} waits for nobody.", hint="Look at its status.", code="task_not_waiting"
        )
    return await thread_tasks.resume(resources, thread, run, verdict)


async def result_of(resources: Resources, task: Task) -> dict[str, Any]:
    """A completed task's result.

    Raises:
        Conflict: "not_ready".
    """
    thread, run = task
    if run is None or status_of(thread, run) != "completed":
        raise Conflict(
            f"Task {thread.thread_id} is {status_of(thread, run)}: it has no result.",
            hint="Ask for its status until it is completed.",
            code="not_ready",
        )
    return await resources.states.output(run)


async def log_of(resources: Resources, task: Task, tail: int) -> list[dict[str, Any]]:
    """The last lines of a task's log, the oldest first: what its run has told so far."""
    _, run = task
    lines: deque[dict[str, Any]] = deque(maxlen=tail)
    if run is None:
        return []
    place = RunKey(run.thread_id, run.run_id)
    last = await resources.broker.last_id(place)
    if last is None:
        return []
    async for entry in resources.broker.follow(place, after=FROM_START, idle_seconds=_PATIENCE):
        for event in entry.events if entry is not None else ():
            line = log_line(event.name, orjson.loads(event.data))
            if line is not None:
                lines.append({"timestamp_ms": int(event.id.partition("-")[0]), **line})
        if entry is None or any(event.id == last for event in entry.events):
            break
    return list(lines)
