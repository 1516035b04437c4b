"""A connection to Redis on which many commands are under way at a time."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any, cast

import hiredis
from redis._parsers.base import BaseParser
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse
from redis.exceptions import TimeoutError as RedisTimeoutError

_NOTHING_YET = object()
_PUSHED: Any = cast("Any", hiredis).PushNotification


@dataclass(slots=True)
class _Asked:
    """Commands that were sent in one piece, and the replies that have come."""

    count: int
    since: float
    told: "asyncio.Future[list[Any]]"
    replies: list[Any] = field(default_factory=list[Any])


class Line(asyncio.Protocol):
    """Takes over a connection that redis-py has opened and greeted: replies come here from now on.

    Args:
        connection: Its `socket_timeout` is how long a reply may take, None for ever.
    """

    def __init__(self, connection: Any) -> None:
        self._loop = asyncio.get_running_loop()
        self._patience: float | None = connection.socket_timeout
        self._reader: Any = cast("Any", hiredis).Reader(
            protocolError=InvalidResponse,
            replyError=cast("Any", BaseParser).parse_error,
            notEnoughData=_NOTHING_YET,
        )
        self._asked: deque[_Asked] = deque()
        self._unsent: list[bytes] = []
        self._watch: asyncio.TimerHandle | None = None
        self._has_room = asyncio.Event()
        self._has_room.set()
        self.is_closed = False
        # A writer that nobody has any more would close the transport.
        self._writer: asyncio.StreamWriter = connection._writer
        self._transport = cast("asyncio.Transport", self._writer.transport)
        self._former: Any = self._transport.get_protocol()
        connection._reader = connection._writer = None
        self._transport.set_protocol(self)

    async def ask(self, packed: bytes, count: int) -> list[Any]:
        """Send commands; as many replies, errors among them.

        Raises:
            ConnectionError: The connection broke: they were carried out or not.
            TimeoutError: Redis did not answer in time.
        """
        while not self._has_room.is_set():
            await self._has_room.wait()
        if self.is_closed:
            raise RedisConnectionError("The connection was closed")
        asked = _Asked(count, self._loop.time(), self._loop.create_future())
        self._asked.append(asked)
        if not self._unsent:
            self._loop.call_soon(self._send)
        self._unsent.append(packed)
        if self._watch is None and self._patience is not None:
            self._watch = self._loop.call_later(self._patience, self._look)
        return await asked.told

    def _send(self) -> None:
        """Write what was asked in one turn of the loop: a system call costs more than a command."""
        if not self.is_closed:
            self._transport.write(b"".join(self._unsent))
        self._unsent.clear()

    def close(self) -> None:
        """Ask nothing more; whoever waits for a reply is told that the connection broke."""
        self._end(RedisConnectionError, "The connection was closed")

    def data_received(self, data: bytes) -> None:
        """Hand out replies."""
        reader = self._reader
        try:
            reader.feed(data)
            while (reply := reader.gets(False)) is not _NOTHING_YET:
                if not isinstance(reply, _PUSHED):
                    self._take(reply)
        except InvalidResponse as error:
            self._end(InvalidResponse, str(error))

    def _take(self, reply: Any) -> None:
        asked = self._asked[0]
        asked.replies.append(reply)
        if len(asked.replies) == asked.count:
            self._asked.popleft()
            if not asked.told.done():  # else nobody waits for it any more
                asked.told.set_result(asked.replies)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everybody who waits."""
        self._former.connection_lost(exc)
        self._end(RedisConnectionError, f"Connection lost: {exc}" if exc else "Connection closed by server")

    def pause_writing(self) -> None:
        """Let further commands wait: Redis does not read as fast as is written."""
        self._has_room.clear()

    def resume_writing(self) -> None:
        """Let them go on."""
        self._has_room.set()

    def _look(self) -> None:
        """See whether the oldest reply is late."""
        self._watch = None
        if not self._asked or self._patience is None:
            return
        left = self._asked[0].since + self._patience - self._loop.time()
        if left <= 0:
            self._end(RedisTimeoutError, "Timeout reading from Redis")
        else:
            self._watch = self._loop.call_later(left, self._look)

    def _end(self, kind: type[Exception], why: str) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self.is_closed = True
        self._has_room.set()
        self._transport.close()
        while self._asked:
            told = self._asked.popleft().told
            if not told.done():
                told.set_exception(kind(why))
