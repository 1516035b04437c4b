"""Event logs in a real Redis."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from server import keys
from server.stream.broker import FROM_START, EventBroker, StreamEvent


@pytest.fixture
async def broker(redis_url: str) -> AsyncIterator[EventBroker]:
    async with Redis.from_url(redis_url) as client:
        yield EventBroker(client, keep=timedelta(hours=1))


@pytest.fixture
def run_id() -> str:
    return str(uuid4())


async def read(broker: EventBroker, run_id: str, after: str | None) -> list[bytes]:
    events = broker.follow(run_id, after=after, idle_seconds=0.01)
    return [event.data async for event in events if event is not None]


async def test_a_follower_gets_what_was_and_what_comes(broker: EventBroker, run_id: str) -> None:
    await broker.publish(run_id, "values", b"1")
    following = asyncio.create_task(read(broker, run_id, FROM_START))
    await broker.publish(run_id, "values", b"2")
    await broker.end(run_id)

    assert await following == [b"1", b"2"]


async def test_no_event_is_lost_or_doubled_across_a_reconnection(broker: EventBroker, run_id: str) -> None:
    for number in range(500):
        await broker.publish(run_id, "values", str(number).encode())
    first = broker.follow(run_id, after=FROM_START, idle_seconds=0.01)
    seen: list[StreamEvent] = []
    async for event in first:
        assert event is not None
        seen.append(event)
        if len(seen) == 123:
            break
    await first.aclose()
    await broker.end(run_id)

    rest = await read(broker, run_id, seen[-1].id)

    assert [event.data for event in seen] + rest == [str(number).encode() for number in range(500)]


async def test_a_follower_of_a_closed_log_ends_at_once(broker: EventBroker, run_id: str) -> None:
    await broker.publish(run_id, "values", b"1")
    await broker.end(run_id)

    assert await read(broker, run_id, None) == []


async def test_silence_is_told_so_that_the_reader_can_look_around(broker: EventBroker, run_id: str) -> None:
    following = broker.follow(run_id, after=FROM_START, idle_seconds=0.01)

    assert await anext(following) is None
    await following.aclose()


async def test_the_newest_wanted_event_is_found_behind_others(broker: EventBroker, run_id: str) -> None:
    await broker.publish(run_id, "custom", b"wanted")
    for _ in range(450):
        await broker.publish(run_id, "values", b"other")
    await broker.end(run_id)

    found = await broker.newest(run_id, lambda event: event.name == "custom")

    assert found is not None
    assert found.data == b"wanted"
    assert await broker.newest(run_id, lambda event: event.name == "nope") is None


async def test_closing_twice_closes_once_and_sets_an_expiry(
    broker: EventBroker, run_id: str, redis_url: str
) -> None:
    await broker.publish(run_id, "values", b"1")
    await broker.end(run_id)
    await broker.end(run_id)

    async with Redis.from_url(redis_url) as client:
        assert await client.xlen(keys.run_events(run_id)) == 2
        assert 0 < await client.ttl(keys.run_events(run_id)) <= 3600
