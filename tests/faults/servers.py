"""The Redis servers that a deployment may stand on, and what may happen to them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.faults.plan import Kind
from tests.faults.proxy import TcpProxy, tcp_proxy
from tests.fixtures.redis_servers import RedisProcess, redis_process

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


SORTS = {"single": single_server}
