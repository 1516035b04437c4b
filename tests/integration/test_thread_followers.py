"""Following a thread over its runs."""

import asyncio
from itertools import pairwise

import pytest

from server.runs.leases import Leases
from server.stream.broker import EventBroker
from server.stream.entry import FROM_START, StreamEvent, position_of
from tests.fixtures.event_logs import new_run, opened, until

THREE_RUNS = ["0", "1", "done", "2", "3", "done", "4", "5", "done"]


async def follow(
    broker: EventBroker, thread_id: str, count: int, after: str | None = FROM_START
) -> list[StreamEvent]:
    """The next events of a thread."""
    found: list[StreamEvent] = []
    entries = broker.follow_thread(thread_id, after=after, idle_seconds=0.01)
    async for entry in entries:
        found += entry.events if entry is not None else ()
        if len(found) >= count:
            break
    await entries.aclose()
    return found


async def run_once(broker: EventBroker, leases: Leases, thread_id: str, first: int) -> None:
    """A run with two events."""
    log = await opened(broker, leases, new_run(thread_id))
    for number in (first, first + 1):
        await log.emit("custom", str(number).encode())
    await log.close()


def told(events: list[StreamEvent]) -> list[str]:
    return ["done" if b"run_done" in event.data else event.data.decode() for event in events]


@pytest.fixture
async def thread(broker: EventBroker, leases: Leases) -> str:
    """A thread with three runs."""
    thread_id = new_run().thread_id
    for first in (0, 2, 4):
        await run_once(broker, leases, thread_id, first)
    return thread_id


async def test_a_thread_is_its_runs_one_after_the_other(broker: EventBroker, thread: str) -> None:
    events = await follow(broker, thread, 9)

    assert told(events) == THREE_RUNS
    assert all(position_of(a.id) < position_of(b.id) for a, b in pairwise(events))


async def test_a_reader_comes_back_anywhere(broker: EventBroker, thread: str) -> None:
    events = await follow(broker, thread, 9)

    for seen in range(8):
        assert await follow(broker, thread, 8 - seen, events[seen].id) == events[seen + 1 :]


async def test_runs_to_come_are_followed_too(broker: EventBroker, leases: Leases, thread: str) -> None:
    end = (await follow(broker, thread, 9))[-1].id
    live = asyncio.create_task(follow(broker, thread, 3, None))
    resumed = asyncio.create_task(follow(broker, thread, 3, end))
    early = asyncio.create_task(follow(broker, thread, 12))
    await until(lambda: broker.followers >= 3)

    await run_once(broker, leases, thread, 6)

    assert told(await live) == ["6", "7", "done"]
    assert told(await resumed) == ["6", "7", "done"]
    assert told(await early) == [*THREE_RUNS, "6", "7", "done"]


async def test_a_thread_without_runs_is_waited_for(broker: EventBroker, leases: Leases) -> None:
    thread_id = new_run().thread_id
    live = asyncio.create_task(follow(broker, thread_id, 3, None))
    await until(lambda: broker.followers > 0)

    await run_once(broker, leases, thread_id, 0)

    assert told(await live) == ["0", "1", "done"]


async def test_a_run_that_nobody_closed_does_not_stop_the_thread(
    broker: EventBroker, leases: Leases, thread: str
) -> None:
    log = await opened(broker, leases, new_run(thread))
    await log.emit("custom", b"6")
    await log.flush()
    live = asyncio.create_task(follow(broker, thread, 13))
    await until(lambda: broker.followers > 0)

    await run_once(broker, leases, thread, 7)

    assert told(await live) == [*THREE_RUNS, "6", "7", "8", "done"]


async def test_a_run_that_is_closed_late_ends_before_the_next_begins(
    broker: EventBroker, leases: Leases, thread: str
) -> None:
    run = new_run(thread)
    log = await opened(broker, leases, run)
    await log.emit("custom", b"6")
    await log.flush()
    await run_once(broker, leases, thread, 7)
    await broker.end(run)

    events = await follow(broker, thread, 14)

    assert told(events) == [*THREE_RUNS, "6", "done", "7", "8", "done"]
    assert all(position_of(a.id) < position_of(b.id) for a, b in pairwise(events))
    assert await follow(broker, thread, 3, events[10].id) == events[11:]
