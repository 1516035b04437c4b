"""Following a run to its end, for every contract that waits or streams."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from server import metrics
from server.db.models import Run
from server.keys import RunKey
from server.resources import Resources
from server.stream.encoding import to_json
from server.stream.entry import Entry, StreamEvent, position_of
from server.stream.entry import event_id as to_id
from server.stream.event_stream import HEARTBEAT_SECONDS
from server.stream.follower import EventsTrimmed
from tools.errors import NotFound


def run_events(resources: Resources, run: Run, *, after: str | None) -> AsyncGenerator[Entry]:
    """A run's events until it ends, also when its log was never closed or has expired.

    A log keeps its last events only. Who asks for earlier ones gets a snapshot in their place.

    Args:
        after: As EventBroker.follow takes it.
    """
    place = RunKey(run.thread_id, run.run_id)  # the row itself would be held as long as somebody follows
    return _run_events(resources, place, after, has_ended=run.ended_at is not None)


async def _run_events(
    resources: Resources, place: RunKey, after: str | None, *, has_ended: bool
) -> AsyncGenerator[Entry]:
    if has_ended and not await resources.broker.exists(place):
        return
    while True:
        try:
            async with aclosing(_held_events(resources, place, after)) as entries:
                async for entry in entries:
                    yield entry
            return
        except EventsTrimmed as trimmed:
            try:
                entry = await _snapshot(resources, trimmed)
            except NotFound:
                return  # it was rolled back meanwhile
            after = entry.events[0].id
            yield entry


async def thread_events(resources: Resources, thread_id: str, *, after: str | None) -> AsyncGenerator[Entry]:
    """The events of all runs of a thread, those to come included, as long as the thread is there.

    Args:
        after: As EventBroker.follow_thread takes it.
    """
    async with aclosing(thread_entries(resources, thread_id, after=after)) as entries:
        async for entry in entries:
            if entry is not None:
                yield entry


async def thread_entries(
    resources: Resources, thread_id: str, *, after: str | None, may_come: bool = False
) -> AsyncGenerator[Entry | None]:
    """As thread_events, with a None after every time of silence.

    Args:
        may_come: Wait for a thread that is not there yet.
    """
    is_there = False
    while True:
        try:
            following = resources.broker.follow_thread(thread_id, after=after, idle_seconds=HEARTBEAT_SECONDS)
            async with aclosing(following):
                async for entry in following:
                    if entry is None or not is_there:
                        may_still = may_come and not is_there
                        is_there = await _is_there(resources, thread_id, may_come=may_still)
                    if entry is None or is_there:  # the log knows nothing of who may see it
                        yield entry
        except NotFound:
            return
        except EventsTrimmed as trimmed:
            if not await _is_there(resources, thread_id, may_come=may_come and not is_there):
                after = None  # nothing of what was is for this reader
                continue
            entry = await _snapshot(resources, trimmed)
            after = entry.events[0].id
            yield entry


async def _is_there(resources: Resources, thread_id: str, *, may_come: bool) -> bool:
    """Whether a thread is there for who asks; raises NotFound for one that is not and is not waited for."""
    try:
        await resources.runs.thread(thread_id)
    except NotFound:
        if not may_come:
            raise
        return False
    return True


async def _snapshot(resources: Resources, trimmed: EventsTrimmed) -> Entry:
    """A run's state as a ``values`` event that stands for all events up to its id.

    It is the state at the last checkpoint that the log marks, so that the events that follow are just those
    that it does not cover. In a log without marks it is the latest state, and stands at the log's end.

    Raises:
        NotFound: The run was removed meanwhile.
    """
    run = await resources.runs.run(trimmed.run_id)
    place = RunKey(run.thread_id, run.run_id)
    mark = await resources.broker.last_mark(place)
    if mark is not None and mark.event_id is not None:
        event_id, checkpoint_id = mark.event_id, mark.checkpoint_id
    else:
        last_id = await resources.broker.last_id(place)
        event_id, checkpoint_id = last_id or to_id(trimmed.before), None
    values = await resources.states.values(run, checkpoint_id)
    event = StreamEvent(event_id, "values", to_json(values))
    return Entry(position_of(event_id), [event], run_id=run.run_id, is_snapshot=True)


async def ended(resources: Resources, run: Run) -> Run:
    """The run's row, once it has ended; raises NotFound when it was rolled back meanwhile."""
    async for _ in run_events(resources, run, after=None):
        pass
    return await resources.runs.run(run.run_id)


async def _held_events(resources: Resources, place: RunKey, after: str | None) -> AsyncGenerator[Entry]:
    """The events that the log holds and that come, until it is closed or the run has ended without that."""
    following = resources.broker.follow(place, after=after, idle_seconds=HEARTBEAT_SECONDS)
    is_finished = False
    with metrics.following():
        async with aclosing(following):
            async for entry in following:
                if entry is not None:
                    yield entry
                elif is_finished:
                    return  # nobody closes the log
                else:
                    # Its last events may have come since the silence began: they are in the next round.
                    is_finished = await resources.runs.is_finished(place.run_id)
