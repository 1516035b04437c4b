"""Taking threads: whatever is given up or fails on the way leaves them free."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from server.checkpoint import AsyncRedisSaver
from server.keys import RunKey
from server.runs.leases import Leases
from server.runs.taking import take_thread, thread_taken
from tests.fixtures.event_logs import HOUR, KEYS
from tests.fixtures.giving_up import given_up_after
from tests.fixtures.redis_servers import cut_off

MOMENTS = [*range(30), *(30 * 3**step for step in range(7))]  # turns of the event loop


@pytest.fixture
def lasting(redis: Redis) -> Leases:
    """Leases that do not lapse."""
    return Leases(redis, KEYS, duration=HOUR, keep=HOUR)


@pytest.fixture
async def fragile(redis_url: str) -> AsyncIterator[Redis]:
    """A client that asks once."""
    async with Redis.from_url(redis_url, retry=Retry(NoBackoff(), 0)) as client:
        yield client


async def is_free(leases: Leases, thread_id: str) -> bool:
    lease = await leases.claim(RunKey(thread_id, "next"), worker="next", floor=0)  # raises LeaseHeld
    await leases.release(lease)
    return True


@pytest.mark.parametrize("turns", MOMENTS)
async def test_a_thread_is_free_whenever_its_taking_was_given_up(
    lasting: Leases, redis: Redis, run: RunKey, turns: int
) -> None:
    async def hold() -> None:
        async with thread_taken(lasting, AsyncRedisSaver(redis), run, worker="one"):
            await asyncio.Event().wait()

    holding = asyncio.create_task(hold())
    await given_up_after(turns, holding)

    assert holding.cancelled()
    assert await is_free(lasting, run.thread_id)


async def test_a_thread_whose_leases_redis_forgot_is_taken_above_what_its_checkpoints_saw(
    lasting: Leases, redis: Redis, run: RunKey
) -> None:
    saver = AsyncRedisSaver(redis)
    await saver.afence(run.thread_id, 7)

    assert (await take_thread(lasting, saver, run, worker="one")).epoch == 8


async def test_a_thread_whose_checkpoints_do_not_answer_is_not_held(
    lasting: Leases, fragile: Redis, run: RunKey
) -> None:
    await cut_off(fragile)

    with pytest.raises(RedisConnectionError):
        await take_thread(lasting, AsyncRedisSaver(fragile), run, worker="one")

    assert await is_free(lasting, run.thread_id)


async def test_a_lease_is_renewed_again_once_redis_answers(
    redis: Redis, fragile: Redis, run: RunKey, tmp_path: Path
) -> None:
    leases, lease = Leases(fragile, KEYS, duration=HOUR / 360_000, keep=HOUR), KEYS.lease(run.thread_id)
    refused: asyncio.Queue[None] = asyncio.Queue()

    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        refused.put_nowait(None)

    async with (
        await asyncio.start_unix_server(refuse, tmp_path / "refusing"),
        thread_taken(leases, AsyncRedisSaver(redis), run, worker="one"),
    ):
        path = await cut_off(fragile, at=str(tmp_path / "refusing"))
        for _ in range(2):  # the first renewal has failed when the second one comes
            await refused.get()
        await cut_off(fragile, at=path)
        await redis.hset(lease, "until", "0")

        async with asyncio.timeout(60):
            while await redis.hget(lease, "until") == b"0":
                pass


async def test_many_take_a_thread_one_after_the_other(lasting: Leases, redis: Redis) -> None:
    thread_id, saver = str(uuid4()), AsyncRedisSaver(redis)
    epochs: list[int] = []
    for _ in range(3):
        async with thread_taken(lasting, saver, RunKey(thread_id, str(uuid4())), worker="one") as lease:
            epochs.append(lease.epoch)

    assert epochs == [1, 2, 3]
