"""Event logs on a Redis Cluster, where a command stays inside one shard."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import RedisCluster

from server.checkpoint.connection import AsyncClient, open_async_client
from server.keys import CLUSTER_SHARDS, RunKeys
from server.runs.leases import Leases
from server.stream.broker import EventBroker, open_broker
from server.stream.entry import FROM_START
from server.stream.log import Fenced
from tests.fixtures.event_logs import HOUR, new_run, numbers, opened, read, until
from tests.fixtures.redis_servers import redis_cluster

SHARDED = RunKeys(CLUSTER_SHARDS)


@pytest.fixture(scope="module")
def cluster_url(redis_binaries: dict[str, Path]) -> Iterator[str]:
    """A Redis Cluster of three nodes."""
    with redis_cluster(next(iter(redis_binaries.values()))) as url:
        yield url


@pytest.fixture
async def cluster(cluster_url: str) -> AsyncIterator[AsyncClient]:
    """A client of the cluster."""
    async with open_async_client(cluster_url) as client:
        yield client


@pytest.fixture
async def broker(cluster: AsyncClient) -> AsyncIterator[EventBroker]:
    """A broker on the cluster."""
    async with open_broker(cluster, SHARDED, keep=HOUR) as broker:
        yield broker


@pytest.fixture
def leases(cluster: AsyncClient) -> Leases:
    """Leases on the cluster that lapse at once."""
    return Leases(cluster, SHARDED, duration=timedelta(0), keep=HOUR)


async def test_runs_of_all_shards_are_written_and_followed(
    broker: EventBroker, leases: Leases, cluster: AsyncClient
) -> None:
    runs = [new_run() for _ in range(100)]
    assert len({SHARDED.shard(run.thread_id) for run in runs}) == CLUSTER_SHARDS
    following = [asyncio.create_task(read(broker, run)) for run in runs]
    await until(lambda: broker.followers >= len(runs))

    logs = [await opened(broker, leases, run) for run in runs]
    for number in range(10):
        for log in logs:
            await log.emit("values", str(number).encode(), mark=f"checkpoint {number}")
    await asyncio.gather(*(log.close() for log in logs))

    assert await asyncio.gather(*following) == [numbers(0, 10)] * len(runs)
    assert await blocked(cluster) <= CLUSTER_SHARDS
    mark = await broker.last_mark(runs[0])
    assert mark is not None
    assert mark.checkpoint_id == "checkpoint 9"


async def test_a_stale_worker_is_refused_and_a_thread_goes_on(broker: EventBroker, leases: Leases) -> None:
    first, second = new_run(), new_run()
    second = first._replace(run_id=second.run_id)
    stale = await opened(broker, leases, first)
    log = await opened(broker, leases, second)
    await stale.emit("custom", b"0")
    with pytest.raises(Fenced):
        await stale.flush()
    await log.emit("custom", b"1")
    await log.close()

    events: list[bytes] = []
    entries = broker.follow_thread(first.thread_id, after=FROM_START, idle_seconds=0.01)
    async for entry in entries:
        events += [event.data for event in entry.events] if entry is not None else []
        if len(events) == 2:
            break
    await entries.aclose()

    assert events[0] == b"1"
    assert second.run_id.encode() in events[1]


async def blocked(cluster: AsyncClient) -> int:
    """How many connections wait in a blocking read, over all nodes."""
    assert isinstance(cluster, RedisCluster)
    found = 0
    for node in cluster.get_primaries():
        clients: list[dict[str, Any]] = await cluster.client_list(target_nodes=node)
        found += sum(client["cmd"] == "xread" and "b" in client["flags"] for client in clients)
    return found
