"""Tasks of old contracts that are threads: they bear the contract's mark in their metadata."""

from collections.abc import Mapping
from typing import Any

import orjson

from server.api.deps import known_uuid
from server.db.models import Run, Thread
from server.db.repositories import runs, threads
from server.keys import RunKey
from server.resources import Resources
from server.runs.job import RunRequest
from server.stream.entry import StreamEvent
from tools.errors import NotFound

Task = tuple[Thread, Run | None]
"""A thread and its latest run."""


async def find(resources: Resources, task_id: str, *, mark: str, unknown: NotFound) -> Task:
    """A task.

    Args:
        task_id: Anything: what is no UUID is the id of no task, as these contracts had it.
        mark: The key of its metadata by which it is the contract's.
        unknown: Raised for what is none, or another's.
    """
    thread_id = known_uuid(task_id)
    if thread_id is None:
        raise unknown
    async with resources.database.read() as session:
        # The run first: a run's end and what its thread then waits for are committed together.
        latest = await runs.latest_of_threads(session, [thread_id])
    try:
        thread = await resources.runs.thread(thread_id)
    except NotFound:
        raise unknown from None
    if mark not in thread.meta:
        raise unknown
    return thread, latest.get(thread_id)


async def search(
    resources: Resources,
    marks: Mapping[str, Any],
    *,
    mark: str,
    limit: int,
    offset: int = 0,
    newest_first: bool = True,
) -> list[Task]:
    """One's own tasks.

    Args:
        marks: What the metadata of their threads hold.
        mark: As in ``find``.
    """
    async with resources.database.read() as session:
        found = await threads.search(
            session,
            threads.ThreadFilter(metadata=dict(marks)),
            limit=limit,
            offset=offset,
            sort_by="created_at",
            descending=newest_first,
            with_values=False,
        )
        own = [thread for thread, _ in found if mark in thread.meta]
        latest = await runs.latest_of_threads(session, [thread.thread_id for thread in own])
    return [(thread, latest.get(thread.thread_id)) for thread in own]


async def work_on(resources: Resources, thread: Thread, request: RunRequest) -> Task:
    """Begin a run on a task's thread; the task then."""
    run = await resources.runs.create_run(request, thread_id=thread.thread_id)
    return await resources.runs.thread(thread.thread_id), run


async def resume(resources: Resources, thread: Thread, run: Run, answer: Mapping[str, Any]) -> Task:
    """Go on with a run that waits for a person."""
    request = RunRequest(
        assistant_id=run.graph_id,
        command={"resume": dict(answer)},
        stream_mode=("custom",),
        stream_resumable=True,
    )
    return await work_on(resources, thread, request)


async def asked_of(resources: Resources, thread: Thread) -> list[Any]:
    """What a thread asks a person."""
    state = await resources.states.snapshot(thread)
    return [interrupt.value for interrupt in state.interrupts] if state is not None else []


async def latest_progress(resources: Resources, run: Run) -> dict[str, Any] | None:
    """The latest event by which a run tells how far it is."""
    newest = await resources.broker.newest(RunKey(run.thread_id, run.run_id), is_progress)
    return orjson.loads(newest.data) if newest else None


def is_progress(event: StreamEvent) -> bool:
    """Whether an event tells how far a run is."""
    return event.name == "custom" and orjson.loads(event.data)["type"] == "progress"
