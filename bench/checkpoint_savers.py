"""The checkpointers that bench/checkpoint.py measures, opened on servers of its own."""

import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from redis.asyncio import Redis

from server.checkpoint import AsyncRedisSaver, SaverOptions
from server.embedded_redis import embedded_redis
from tests.fixtures.postgresql import find_binaries, postgresql

OURS = "ours"
PLAIN = "ours, uncompressed"
LIMIT = "limit"
VALKEY = "ValkeySaver"


class Limit(InMemorySaver):
    """What no saver on Redis can beat: one pipelined HSET of bytes that are serialized already.

    It is told the bytes beforehand with `prepare`, and finds no checkpoint again.
    """

    def __init__(self, client: Redis) -> None:
        super().__init__()
        self._client = client
        self._fields: dict[str, bytes] = {}

    def prepare(self, values: dict[str, Any]) -> None:
        """Serialize what the next call stores."""
        self._fields = {f"{name} {uuid.uuid4()}": self.serde.dumps_typed(v)[1] for name, v in values.items()}

    async def store(self, thread_id: str) -> None:
        """Store what was prepared."""
        async with self._client.pipeline(transaction=False) as pipe:
            pipe.hset(f"limit {thread_id}", mapping=self._fields)
            await pipe.execute()

    async def load(self, thread_id: str) -> Any:
        """Read as many bytes as the last superstep stored."""
        return await self._client.hmget(f"limit {thread_id}", list(self._fields))


@dataclass(frozen=True)
class Contestant:
    """A saver, and how to know what it stores."""

    name: str
    saver: BaseCheckpointSaver[Any]
    durable: bool
    stored_bytes: Callable[[], Awaitable[int]]
    restarted: Callable[[], BaseCheckpointSaver[Any]] | None = None  #: Makes one that remembers nothing.


@asynccontextmanager
async def contestants() -> AsyncIterator[list[Contestant]]:
    """All that are installed here, with a Redis that fsyncs every second."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(embedded_redis(folder / "redis"))
        client = await stack.enter_async_context(Redis.from_url(url))

        async def redis_memory() -> int:
            return (await client.info("memory"))["used_memory"]

        found = [
            Contestant(LIMIT, Limit(client), True, redis_memory),
            *_ours(client, redis_memory),
            _in_memory(),
        ]
        found += [
            peer
            for peer in [
                await _sqlite(stack, folder),
                await _postgres(stack),
                await _valkey(stack, url, redis_memory),
            ]
            if peer is not None
        ]
        yield found


def _ours(client: Redis, size: Callable[[], Awaitable[int]]) -> list[Contestant]:
    options = {OURS: SaverOptions(), PLAIN: SaverOptions(compress_above=None)}

    def opened(name: str) -> AsyncRedisSaver:
        return AsyncRedisSaver(client, options=options[name])

    return [Contestant(name, opened(name), True, size, partial(opened, name)) for name in options]


def _in_memory() -> Contestant:
    saver = InMemorySaver()

    async def size() -> int:
        return sum(len(value) for _, value in saver.blobs.values())

    return Contestant("InMemorySaver", saver, False, size)


async def _sqlite(stack: AsyncExitStack, folder: Path) -> Contestant | None:
    try:
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver  # noqa: PLC0415 - an extra
    except ImportError:
        return _missing("langgraph-checkpoint-sqlite")
    path = folder / "checkpoints.db"
    saver = await stack.enter_async_context(AsyncSqliteSaver.from_conn_string(str(path)))
    await saver.setup()

    async def size() -> int:
        return sum(file.stat().st_size for file in folder.glob("checkpoints.db*"))  # noqa: ASYNC240 - not timed

    return Contestant("AsyncSqliteSaver", saver, True, size)


async def _postgres(stack: AsyncExitStack) -> Contestant | None:
    binaries = find_binaries()
    if binaries is None:
        return _missing("a PostgreSQL server")
    try:
        from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver  # noqa: PLC0415 - an extra
    except ImportError:
        return _missing("langgraph-checkpoint-postgres")
    url = stack.enter_context(postgresql(binaries)).replace("+asyncpg", "")
    saver = await stack.enter_async_context(AsyncPostgresSaver.from_conn_string(url))
    await saver.setup()

    async def size() -> int:
        async with saver.conn.cursor() as cursor:
            await cursor.execute("SELECT pg_database_size(current_database()) AS size")
            row: Any = await cursor.fetchone()
            return row["size"]

    return Contestant("AsyncPostgresSaver", saver, True, size)


async def _valkey(stack: AsyncExitStack, url: str, size: Callable[[], Awaitable[int]]) -> Contestant | None:
    try:
        from langgraph_checkpoint_aws import AsyncValkeySaver  # noqa: PLC0415 - an extra
    except ImportError:
        return _missing("langgraph-checkpoint-aws[valkey]")
    saver = await stack.enter_async_context(AsyncValkeySaver.from_conn_string(url, pool_size=1000))
    return Contestant(VALKEY, saver, True, size)


def _missing(what: str) -> None:
    print(f"not measured: {what} is not here")
