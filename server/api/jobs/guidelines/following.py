"""A task's events: workflow_update while it goes on, heartbeat in silence, and one for how it ended."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson

from server.api.following import run_events
from server.api.jobs import thread_tasks
from server.api.jobs.guidelines import board
from server.api.jobs.guidelines.task import progress
from server.db.models import Run, Thread, now
from server.resources import Resources
from server.stream.encoding import to_json
from server.stream.sse import frame
from tools.cancellation import end

HEARTBEAT_SECONDS = 15  # the old console gives a connection up after 60 s of silence
_ENDINGS = {"completed": "workflow_completed", "failed": "workflow_failed", "cancelled": "workflow_failed"}


async def task_events(resources: Resources, task: board.Task, after: str | None) -> AsyncGenerator[bytes]:
    """Frames, with ids by which a client resumes; the last one has the id of the last event before it.

    Args:
        after: The last event's id that the client has.
    """
    thread, run = task
    last_id = after
    if run is not None:
        async with aclosing(_beating(_updates(resources, thread, run, after))) as updates:
            async for event_id, told in updates:
                if event_id is None:
                    yield frame("heartbeat", to_json({"task_id": thread.thread_id, **told}))
                else:
                    last_id = event_id
                    yield frame("workflow_update", to_json(told), event_id)
    last = await board.shown(resources, await board.find(resources, thread.thread_id))
    name = _ENDINGS.get(last["status"], "workflow_update")
    yield frame(name, to_json({"type": name, **last}), last_id if last_id not in (None, "0") else None)


Update = tuple[str | None, dict[str, Any]]


async def _updates(
    resources: Resources, thread: Thread, run: Run, after: str | None
) -> AsyncGenerator[Update]:
    common = {"task_id": thread.thread_id, "guideline_id": thread.meta["guideline_id"], "status": "running"}
    async with aclosing(run_events(resources, run, after=after)) as entries:
        async for entry in entries:
            for event in entry.events:
                if thread_tasks.is_progress(event):
                    data = orjson.loads(event.data)
                    place = progress("running", data)
                    told = {"type": "workflow_update", **common, **place, "updated_at": now().isoformat()}
                    yield event.id, told


async def _beating(updates: AsyncGenerator[Update]) -> AsyncGenerator[Update]:
    """The updates, with a heartbeat after every time of silence."""
    async with aclosing(updates):
        following = asyncio.ensure_future(anext(updates, None))
        try:
            while True:
                done, _ = await asyncio.wait({following}, timeout=HEARTBEAT_SECONDS)
                if not done:
                    yield None, {"type": "heartbeat", "timestamp": now().isoformat()}
                    continue
                update = following.result()
                if update is None:
                    return
                yield update
                following = asyncio.ensure_future(anext(updates, None))
        finally:
            await end(following)
