"""A client whose short commands share one connection.

redis-py lends each command a connection until its reply has come: taking it, looking whether it is sound,
reading and giving back take several times what the command does. Here a command is written at once, whatever
replies are still out, for Redis answers in order. What blocks (XREAD BLOCK), changes its connection (MULTI,
SUBSCRIBE) or asks for more than the reply keeps redis-py's way.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

import hiredis
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ReadOnlyError

from server.checkpoint.line import Line

# What shares the connection: none of them keeps Redis from answering the next one.
_KEYS = ("DEL", "EXISTS", "EXPIRE", "GET", "PEXPIRE", "SET", "UNLINK")
_HASHES = ("HGET", "HGETALL", "HMGET", "HSET")
_OTHERS = ("EVAL", "EVALSHA", "XLEN", "XRANGE", "XREVRANGE", "ZADD", "ZCARD")
SHARING = frozenset((*_KEYS, *_HASHES, *_OTHERS))
# Its stub names no result.
_pack = cast("Callable[[tuple[Any, ...]], bytes]", cast("Any", hiredis).pack_command)


class MultiplexedRedis(Redis):
    """As redis-py's client of a single server, with the same retries and errors."""

    _line: Line | None = None
    _dialling: "asyncio.Task[Line] | None" = None
    _shared_retry: Retry | None = None

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send a command; its reply."""
        name = args[0]
        if name not in SHARING or options.keys() - {"keys"} or not self.is_shared:
            return await super().execute_command(*args, **options)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - redis-py leaves it untyped
        (reply,) = await self._replies(_pack(args), 1)
        if isinstance(reply, Exception):
            raise reply
        convert = self.response_callbacks.get(name)
        return reply if convert is None else convert(reply)

    async def together(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Send commands one right behind the other; their replies unconverted, errors among them."""
        return await self._replies(b"".join(map(_pack, commands)), len(commands))

    @property
    def is_shared(self) -> bool:
        """Whether commands may go past redis-py's own way: nobody reads along, and replies are bytes."""
        if self.connection_pool.connection_kwargs.get("decode_responses"):
            return False
        return not hasattr(vars(Redis)["execute_command"], "__wrapped__")

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Close the shared connection, and redis-py's."""
        if self._dialling is not None:
            self._dialling.cancel()
        if self._line is not None:
            self._line.close()
        await super().aclose(close_connection_pool)

    async def _replies(self, packed: bytes, count: int) -> list[Any]:
        async def attempt() -> list[Any]:
            line = self._line
            if line is None or line.is_closed:
                line = await self._dialled()
            replies = await line.ask(packed, count)
            for reply in replies:
                if isinstance(reply, (RedisConnectionError, ReadOnlyError)):  # it loads, or serves no more
                    line.close()
                    raise reply
            return replies

        retry = self._shared_retry
        if retry is None:
            retry = self._shared_retry = self._connection().retry
        return await retry.call_with_retry(attempt, _go_on)

    async def _dialled(self) -> Line:
        """The connection that is being opened, by whoever came first."""
        if self._dialling is None:
            self._dialling = asyncio.create_task(self._dial())
            self._dialling.add_done_callback(self._forget)
        return await asyncio.shield(self._dialling)

    async def _dial(self) -> Line:
        connection = self._connection()
        await connection.connect_check_health(check_health=False, retry_socket_connect=False)
        self._line = Line(connection)
        return self._line

    def _forget(self, dialling: "asyncio.Task[Line]") -> None:
        self._dialling = None
        if not dialling.cancelled():
            dialling.exception()  # whoever still waits for it is told

    def _connection(self) -> Any:
        """One of redis-py's connections, not yet open and in no pool."""
        pool: Any = self.connection_pool
        return pool.connection_class(**pool.connection_kwargs)


async def _go_on(_: Exception) -> None:
    """Nothing is left to clean up between two attempts."""
