"""The Redis servers that a deployment may stand on, and what may happen to them."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from redis import Redis

from tests.faults.plan import Kind
from tests.faults.proxy import TcpProxy, tcp_proxy
from tests.fixtures.redis_servers import (
    SERVICE,
    ClusterDeployment,
    RedisProcess,
    SentinelDeployment,
    SentinelProcess,
    redis_cluster_nodes,
    redis_process,
    redis_sentinels,
    wait_until,
)

AWAY = 5.0  # seconds
DOWN = 1.0  # seconds between a kill and the next start


class Servers(Protocol):
    """What the services keep their state in."""

    @property
    def url(self) -> str:
        """For the services."""
        ...

    @property
    def own_url(self) -> str:
        """For the judge, who wants no faults."""
        ...

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What may happen to them."""
        ...

    async def inflict(self, kind: Kind, pick: float) -> str:
        """Let it happen; says what it was."""
        ...


@dataclass
class SingleServer:
    """One server with an append-only file, behind a proxy."""

    redis: RedisProcess
    proxy: TcpProxy
    kinds: tuple[Kind, ...] = (Kind.REDIS_RESTARTED, Kind.REDIS_AWAY, Kind.CONNECTIONS_RESET)

    @property
    def url(self) -> str:
        return self.proxy.url

    @property
    def own_url(self) -> str:
        return self.redis.url

    async def inflict(self, kind: Kind, pick: float) -> str:
        if kind is Kind.REDIS_AWAY:
            await self.proxy.away(AWAY)
            return ""
        if kind is Kind.CONNECTIONS_RESET:
            return f"{self.proxy.reset()} connections"
        await asyncio.to_thread(self.redis.kill)
        await asyncio.sleep(DOWN)
        await asyncio.to_thread(self.redis.start)
        return ""


@asynccontextmanager
async def single_server(binary: Path) -> AsyncGenerator[SingleServer]:
    """One server that runs."""
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(redis_process(binary))
        yield SingleServer(redis, await stack.enter_async_context(tcp_proxy(redis.url)))


@dataclass
class Cluster:
    """Three nodes without replicas; a client meets each of them at its own address."""

    deployment: ClusterDeployment
    kinds: tuple[Kind, ...] = (Kind.REDIS_RESTARTED, Kind.CONNECTIONS_RESET)

    @property
    def url(self) -> str:
        return self.deployment.url

    @property
    def own_url(self) -> str:
        return self.deployment.url

    async def inflict(self, kind: Kind, pick: float) -> str:
        nodes = self.deployment.nodes
        if kind is Kind.CONNECTIONS_RESET:
            ended = [await asyncio.to_thread(_end_connections, node) for node in nodes]
            return f"{sum(ended)} connections"
        node = nodes[int(pick * len(nodes))]
        await asyncio.to_thread(node.kill)
        await asyncio.sleep(DOWN)
        await asyncio.to_thread(node.start)
        return f"node at {node.port}"


@asynccontextmanager
async def cluster(binary: Path) -> AsyncGenerator[Cluster]:
    """A Redis Cluster that runs."""
    with redis_cluster_nodes(binary) as deployment:
        yield Cluster(deployment)


@dataclass
class Sentinels:
    """A primary and its replica under three Sentinels."""

    deployment: SentinelDeployment
    kinds: tuple[Kind, ...] = (Kind.FAIL_OVER, Kind.CONNECTIONS_RESET)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def url(self) -> str:
        return self.deployment.url

    @property
    def own_url(self) -> str:
        return self.deployment.url

    async def inflict(self, kind: Kind, pick: float) -> str:
        async with self.turn:
            primary = await asyncio.to_thread(self.deployment.primary)
            if kind is Kind.CONNECTIONS_RESET:
                return f"{await asyncio.to_thread(_end_connections, primary)} connections"
            return await asyncio.to_thread(self._fail_over, primary)

    def _fail_over(self, primary: RedisProcess) -> str:
        """Kill the primary; it comes back as the replica of the one that was promoted.

        Not before every Sentinel knows of that: else those that do not yet send clients to the old one,
        which takes writes until it is made a replica and then drops them.
        """
        primary.kill()
        start = time.monotonic()
        wait_until(lambda: all(_named_by(one) != primary.port for one in self.deployment.sentinels))
        took = time.monotonic() - start
        primary.start()
        wait_until(lambda: _follows(primary))
        return f"another primary after {took:.1f} s"


@asynccontextmanager
async def sentinels(binary: Path) -> AsyncGenerator[Sentinels]:
    """A primary, its replica and Sentinels that run."""
    with redis_sentinels(binary) as deployment:
        yield Sentinels(deployment)


def _end_connections(node: RedisProcess) -> int:
    """End every client's connection to a node; returns how many there were."""
    with Redis.from_url(node.url) as client:
        ended: Any = client.execute_command("CLIENT", "KILL", "TYPE", "normal")
        return int(ended) + int(client.execute_command("CLIENT", "KILL", "TYPE", "pubsub"))


def _named_by(sentinel: SentinelProcess) -> int:
    """The port of the primary that a Sentinel names."""
    with Redis.from_url(sentinel.url) as client:
        return client.sentinel_get_master_addr_by_name(SERVICE)[1]


def _follows(node: RedisProcess) -> bool:
    with Redis.from_url(node.url) as client:
        found: Any = client.info("replication")
    return found["role"] == "slave" and found["master_link_status"] == "up"


SORTS: dict[str, Callable[[Path], AbstractAsyncContextManager[Servers]]] = {
    "single": single_server,
    "cluster": cluster,
    "sentinel": sentinels,
}
