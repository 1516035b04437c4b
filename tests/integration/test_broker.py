"""Event logs in a real Redis."""

import asyncio
from itertools import pairwise
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from server.keys import RunKey
from server.runs.leases import Leases
from server.stream.broker import EventBroker
from server.stream.entry import FROM_START, Mark, position_of
from server.stream.log import Fenced, RunLog
from tests.fixtures.event_logs import KEYS, events, held, numbers, opened, read


async def test_a_follower_gets_what_was_and_what_comes(broker: EventBroker, log: RunLog, run: RunKey) -> None:
    await log.emit("values", b"1")
    await log.flush()
    following = asyncio.create_task(read(broker, run))
    await log.emit("values", b"2")
    await log.close()

    assert await following == [b"1", b"2"]


@pytest.mark.parametrize("in_one_entry", [True, False])
async def test_no_event_is_lost_or_doubled_across_a_reconnection(
    broker: EventBroker, log: RunLog, run: RunKey, in_one_entry: bool
) -> None:
    for number in range(500):
        await log.emit("values", str(number).encode())
        if not in_one_entry:
            await log.flush()
    await log.close()
    everything = await events(broker, run)

    for seen in (0, 1, 123, 498, 499):
        rest = await read(broker, run, everything[seen].id)
        assert rest == numbers(seen + 1, 500)


async def test_a_follower_of_a_closed_log_ends_at_once(
    broker: EventBroker, log: RunLog, run: RunKey, redis: Redis
) -> None:
    await log.emit("values", b"1")
    await log.close()
    ((end, _),) = await redis.xrevrange(KEYS.events(run), count=1)

    assert await read(broker, run, None) == []
    assert await read(broker, run, await broker.last_id(run)) == []
    assert await read(broker, run, end.decode()) == []


async def test_silence_is_told_so_that_the_reader_can_look_around(broker: EventBroker, run: RunKey) -> None:
    following = broker.follow(run, after=FROM_START, idle_seconds=0.01)

    assert await anext(following) is None
    await following.aclose()


async def test_the_newest_wanted_event_is_found_behind_others(
    broker: EventBroker, log: RunLog, run: RunKey
) -> None:
    await log.emit("custom", b"wanted")
    for _ in range(150):
        await log.emit("values", b"other")
        await log.flush()
    await log.close()

    found = await broker.newest(run, lambda event: event.name == "custom")

    assert found is not None
    assert found.data == b"wanted"
    assert await broker.newest(run, lambda event: event.name == "nope") is None


async def test_closing_twice_closes_once_and_sets_an_expiry(
    broker: EventBroker, log: RunLog, run: RunKey, redis: Redis
) -> None:
    await log.emit("values", b"1")
    await log.close()
    await log.close()
    await broker.end(run)

    assert await redis.xlen(KEYS.events(run)) == 2
    assert 0 < await redis.ttl(KEYS.events(run)) <= 3600


async def test_what_gathers_while_redis_is_busy_becomes_one_entry(
    broker: EventBroker, log: RunLog, run: RunKey, redis: Redis
) -> None:
    for number in range(1000):
        await log.emit("values", str(number).encode())
    await log.close()

    assert await redis.xlen(KEYS.events(run)) <= 3
    assert await read(broker, run) == numbers(0, 1000)


async def test_the_first_event_does_not_wait_for_others(
    broker: EventBroker, log: RunLog, run: RunKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.stream.writer.WINDOW", 3600)
    following = broker.follow(run, after=FROM_START, idle_seconds=60)
    await log.emit("metadata", b"1")

    entry = await anext(following)

    assert entry is not None
    assert [event.data for event in entry.events] == [b"1"]
    await following.aclose()


async def test_ids_grow_over_all_runs_of_a_thread(broker: EventBroker, leases: Leases) -> None:
    thread, ids = str(uuid4()), list[str]()
    for _ in range(3):
        run = RunKey(thread, str(uuid4()))
        log = await opened(broker, leases, run)
        for _ in range(100):
            await log.emit("values", b"1")
        await log.close()
        ids += [event.id for event in await events(broker, run)]

    assert all(position_of(a) < position_of(b) for a, b in pairwise(ids))


async def test_a_worker_whose_lease_has_moved_cannot_write(
    broker: EventBroker, leases: Leases, log: RunLog, run: RunKey
) -> None:
    await log.emit("values", b"old")
    await log.flush()
    newer = await opened(broker, leases, run)

    await log.emit("values", b"stale")
    with pytest.raises(Fenced):
        await log.flush()
    with pytest.raises(Fenced):
        await log.emit("values", b"stale")
    with pytest.raises(Fenced):
        await log.close()

    await newer.emit("values", b"new")
    await newer.close()
    assert await read(broker, run) == [b"old", b"new"]
    assert broker.written.refused == 1


async def test_nothing_is_written_behind_the_end(broker: EventBroker, log: RunLog, run: RunKey) -> None:
    await log.emit("values", b"1")
    await log.flush()
    await broker.end(run)

    await log.emit("values", b"2")
    with pytest.raises(Fenced):
        await log.flush()

    assert await read(broker, run) == [b"1"]


async def test_a_checkpoint_marks_how_far_it_covers(broker: EventBroker, log: RunLog, run: RunKey) -> None:
    assert await broker.last_mark(run) is None
    await log.emit("values", b"1")
    await log.emit("values", b"2", mark="first")
    await log.emit("values", b"3")
    await log.flush()
    ids = [event.id for event in await held(broker, run)]
    assert await broker.last_mark(run) == Mark("first", ids[1])

    await log.mark("second")
    await log.emit("values", b"4")
    await log.close()

    assert await broker.last_mark(run) == Mark("second", ids[2])
    assert await read(broker, run) == [b"1", b"2", b"3", b"4"]


async def test_a_mark_before_every_event_covers_none(broker: EventBroker, log: RunLog, run: RunKey) -> None:
    await log.mark("input")
    await log.emit("values", b"1")
    await log.close()

    assert await broker.last_mark(run) == Mark("input", None)
