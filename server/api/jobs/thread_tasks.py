"""Tasks of old contracts that are threads: they bear the contract's mark in their metadata."""

from server.api.deps import canonical_uuid
from server.db.models import Run, Thread
from server.db.repositories import runs
from server.resources import Resources
from tools.errors import NotFound

Task = tuple[Thread, Run | None]
"""A thread and its latest run."""


async def find(resources: Resources, task_id: str, *, mark: str, unknown: NotFound) -> Task:
    """A task.

    Args:
        mark: The key of its metadata by which it is the contract's.
        unknown: Raised for what is none, or another's.
    """
    thread_id = canonical_uuid(task_id, "task")
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
