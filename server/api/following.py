"""Following a run to its end, for every contract that waits or streams."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from server.db.models import Run
from server.resources import Resources
from server.stream.broker import StreamEvent
from server.stream.sse import HEARTBEAT_SECONDS


async def run_events(resources: Resources, run: Run, *, after: str | None) -> AsyncGenerator[StreamEvent]:
    """A run's events until it ends, also when its log was never closed or has expired.

    Args:
        after: As EventBroker.follow takes it.
    """
    if run.ended_at is not None and not await resources.broker.exists(run.run_id):
        return
    following = resources.broker.follow(run.run_id, after=after, idle_seconds=HEARTBEAT_SECONDS)
    async with aclosing(following):
        async for event in following:
            if event is not None:
                yield event
            elif await resources.runs.is_finished(run.run_id):
                return


async def ended(resources: Resources, run: Run) -> Run:
    """The run's row, once it has ended."""
    async for _ in run_events(resources, run, after=None):
        pass
    return await resources.runs.run(run.run_id)
