"""Many followers of event logs, and slow ones."""

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis

from server.keys import RunKey
from server.runs.leases import Leases
from server.stream import multiplexer as multiplexer_module
from server.stream import writer as writer_module
from server.stream.broker import EventBroker, open_broker
from server.stream.entry import FROM_START
from server.stream.follower import EventsTrimmed
from server.stream.log import RunLog
from tests.fixtures.event_logs import HOUR, KEYS, events, new_run, numbers, opened, read, until

FOLLOWERS = 200


async def blocked(redis: Redis) -> int:
    """How many connections wait in a blocking read."""
    clients: list[dict[str, Any]] = await redis.client_list()
    return sum(client["cmd"] == "xread" and "b" in client["flags"] for client in clients)


async def test_many_followers_share_one_blocking_connection(
    broker: EventBroker, leases: Leases, redis: Redis
) -> None:
    runs = [new_run() for _ in range(FOLLOWERS)]
    following = [asyncio.create_task(read(broker, run)) for run in runs]
    await until(lambda: broker.followers >= FOLLOWERS)
    while not (waiting := await blocked(redis)):
        pass

    assert waiting == 1
    assert len(await redis.client_list()) < 30

    for run in runs:
        log = await opened(broker, leases, run)
        await log.emit("values", b"0")
        await log.close()
    assert await asyncio.gather(*following) == [[b"0"]] * FOLLOWERS


async def test_a_new_follower_does_not_wait_for_those_before(
    leases: Leases, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multiplexer_module, "BLOCK", 3_600_000)
    patient = Redis.from_url(redis_url, socket_timeout=None)
    async with patient as client, open_broker(client, KEYS, keep=HOUR) as broker:
        silent, run = asyncio.create_task(read(broker, new_run())), new_run()
        while not await blocked(redis):
            pass
        following = asyncio.create_task(read(broker, run))
        await until(lambda: broker.followers == 2)

        log = await opened(broker, leases, run)
        await log.emit("values", b"0")
        await log.close()

        assert await following == [b"0"]
        silent.cancel()


async def test_late_and_early_followers_of_one_run_see_the_same(
    broker: EventBroker, log: RunLog, run: RunKey
) -> None:
    following: list[asyncio.Task[list[bytes]]] = []
    for number in range(300):
        if number % 10 == 0:
            following.append(asyncio.create_task(read(broker, run)))
        await log.emit("values", str(number).encode())
        if number % 3 == 0:
            await log.flush()
    await log.close()

    assert await asyncio.gather(*following) == [numbers(0, 300)] * 30


async def test_an_entry_is_decoded_once_for_all_its_followers(
    broker: EventBroker, log: RunLog, run: RunKey
) -> None:
    both = [broker.follow(run, after=FROM_START, idle_seconds=60) for _ in range(2)]
    waiting = [asyncio.ensure_future(anext(one)) for one in both]
    await until(lambda: broker.followers >= 2)
    await log.emit("values", b"0")

    first, second = await asyncio.gather(*waiting)

    assert first is second
    for one in both:
        await one.aclose()


async def test_a_slow_follower_holds_little_and_misses_nothing(
    broker: EventBroker, log: RunLog, run: RunKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multiplexer_module, "MAX_QUEUED", 1000)
    slow = broker.follow(run, after=FROM_START, idle_seconds=60)
    await log.emit("values", b"0")
    assert await anext(slow) is not None
    waiting = asyncio.ensure_future(anext(slow))
    await until(lambda: broker.followers > 0)
    quick = asyncio.create_task(read(broker, run))
    for number in range(1, 400):
        await log.emit("values", str(number).encode())
        await log.flush()
    await log.close()
    assert await quick == numbers(0, 400)

    entries = [await waiting, *[entry async for entry in slow]]

    seen = [event.data for entry in entries if entry is not None for event in entry.events]
    assert seen == numbers(1, 400)
    assert broker.overflows == 1


async def test_who_comes_back_for_trimmed_events_is_told(
    broker: EventBroker, leases: Leases, run: RunKey, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "MAX_ENTRIES", 100)
    log = await opened(broker, leases, run)
    await log.emit("values", b"0")
    await log.flush()
    first = (await broker.last_id(run)) or ""
    for number in range(1, 400):
        await log.emit("values", str(number).encode())
        await log.flush()
    await log.close()
    assert await redis.xlen(KEYS.events(run)) < 400

    for after in (FROM_START, first):
        with pytest.raises(EventsTrimmed) as trimmed:
            await events(broker, run, after)
    before = "-".join(map(str, trimmed.value.before))

    rest = await read(broker, run, before)
    assert rest == numbers(400 - len(rest), 400)
