"""Reads the event logs that anybody in this process follows, all of a shard with one blocking command.

So followers cost no connection each, and an entry is read and decoded once, however many follow it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

from server import lua
from server.endless import report_end
from server.keys import RunKeys
from server.stream.entry import Entry, Position, event_id, position_of, read
from tools.cancellation import end

MAX_QUEUED = 256 << 10  # bytes that wait for one follower; beyond it, it reads them again from Redis
BLOCK = 4000  # milliseconds; below the shortest usual time-out of a socket, 5 s
PAGE = 100  # entries of one log that one command returns at most
MAX_PAUSE = 1.0  # seconds between attempts while Redis does not answer
WAKE_TTL = 60_000  # milliseconds
GATHER, MAX_GATHER = 0.0001, 0.008  # seconds between commands, for each log that is followed, and at most

logger = logging.getLogger(__name__)


class Subscription:
    """One follower's place in the queue for a log's entries.

    Args:
        joined: The entries that it gets come after this one.
    """

    def __init__(self, joined: Position) -> None:
        self.joined = joined
        self.has_overflowed = False  #: It was too slow, and gets nothing more.
        self._queue: deque[Entry] = deque()
        self._queued = 0  # bytes
        self._waiter: asyncio.Future[None] | None = None

    async def take(self, seconds: float) -> Entry | None:
        """The next entry; None when none has come in this time, or none will."""
        if not self._queue and not self.has_overflowed:
            await self._wait(seconds)
        if not self._queue:
            return None
        entry = self._queue.popleft()
        self._queued -= entry.size
        return entry

    def offer(self, entry: Entry) -> None:
        """Queue an entry, or give up when the follower does not keep up."""
        if self.has_overflowed:
            return
        if self._queue and self._queued + entry.size > MAX_QUEUED:
            self.has_overflowed = True
            self._queue.clear()
        else:
            self._queue.append(entry)
            self._queued += entry.size
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        waiter = self._waiter = loop.create_future()
        timer = loop.call_later(seconds, lambda: waiter.done() or waiter.set_result(None))
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiter = None


@dataclass(slots=True)
class _Channel:
    """A log that is followed."""

    cursor: bytes  #: Id of its last entry that was read.
    subscriptions: set[Subscription] = field(default_factory=set[Subscription])


class _ShardReader:
    """Reads the followed logs of one shard."""

    def __init__(self, client: lua.Client, wake_key: str) -> None:
        self._redis = client
        self._wake_key = wake_key
        self._wake_cursor = "0"
        self._channels: dict[str, _Channel] = {}
        self._needed = asyncio.Event()
        self._is_reading = False  # a list of logs is with Redis, and may lack the newest
        self._waking: asyncio.Task[None] | None = None
        self._task = asyncio.create_task(self._run(), name="event log reader")
        self._task.add_done_callback(report_end)

    @contextmanager
    def subscribe(self, key: str, after: Position) -> Generator[Subscription]:
        channel = self._channels.get(key)
        if channel is None:
            channel = self._channels[key] = _Channel(event_id(after).encode())
            self._needed.set()
            self._wake()
        subscription = Subscription(position_of(channel.cursor.decode()))
        channel.subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            channel.subscriptions.discard(subscription)
            if not channel.subscriptions and self._channels.get(key) is channel:
                del self._channels[key]

    async def stop(self) -> None:
        await end(self._task)
        if self._waking is not None:
            await end(self._waking)

    async def _run(self) -> None:
        pause = 0.0
        while True:
            if not self._channels:
                self._needed.clear()
                await self._needed.wait()
            cursors = {key: channel.cursor for key, channel in self._channels.items()}
            try:
                pages = await self._read(cursors)
            except lua.UNANSWERED as error:
                if not pause:
                    logger.warning("Events are not readable for now: %s", error)
                pause = min(MAX_PAUSE, pause * 2 or 0.01)
                await asyncio.sleep(pause)
                continue
            pause = 0.0
            for key, entries in pages:
                self._deliver(key, cursors, entries)
            # A command names every log that is followed, so with many of them more should come of each.
            await asyncio.sleep(min(MAX_GATHER, GATHER * len(self._channels)))

    async def _read(self, cursors: dict[str, bytes]) -> list[tuple[str, list[Any]]]:
        """What has come after the cursors, by log."""
        keys = [self._wake_key, *cursors]
        ids = [self._wake_cursor, *cursors.values()]
        send: Any = self._redis.execute_command  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - redis-py types it for both of its clients
        self._is_reading = True
        try:
            reply = await send("XREAD", "COUNT", PAGE, "BLOCK", BLOCK, "STREAMS", *keys, *ids)
        finally:
            self._is_reading = False
        return _pages(reply)

    def _deliver(self, key: str, cursors: dict[str, bytes], entries: list[Any]) -> None:
        if key == self._wake_key:
            self._wake_cursor = entries[-1][0].decode()
            return
        channel = self._channels.get(key)
        if channel is None or channel.cursor != cursors[key]:
            return  # nobody follows it any more, or somebody has begun anew from elsewhere
        for entry_id, fields in entries:
            entry = read(entry_id, fields)
            channel.cursor = entry_id
            for subscription in channel.subscriptions:
                subscription.offer(entry)

    def _wake(self) -> None:
        """Have the list of logs sent anew."""
        if self._is_reading and (self._waking is None or self._waking.done()):
            self._waking = asyncio.create_task(self._interrupt())

    async def _interrupt(self) -> None:
        send: Any = self._redis.execute_command  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - redis-py types it for both of its clients
        try:
            await send("XADD", self._wake_key, "MAXLEN", 1, "*", "w", "1")
            await send("PEXPIRE", self._wake_key, WAKE_TTL)
        except lua.UNANSWERED:
            return  # the reader comes back by itself after BLOCK


class Multiplexer:
    """Lets any number of followers read logs.

    Args:
        client: A client that returns bytes; one of its connections is taken for each shard that is followed.
    """

    def __init__(self, client: lua.Client, keys: RunKeys) -> None:
        self._redis = client
        self._keys = keys
        self._id = uuid4().hex
        self._readers: dict[int, _ShardReader] = {}
        self.followers = 0  #: Subscriptions now.
        self.overflows = 0  #: Subscriptions so far that did not keep up.

    @contextmanager
    def subscribe(self, thread_id: str, key: str, after: Position) -> Generator[Subscription]:
        """Get a log's entries as they come.

        Args:
            thread_id: Of which the log is.
            after: The last entry that is known. When others already follow the log, the subscription may
                begin later: see ``joined``.
        """
        shard = self._keys.shard(thread_id)
        reader = self._readers.get(shard)
        if reader is None:
            reader = self._readers[shard] = _ShardReader(self._redis, self._keys.wake(shard, self._id))
        with reader.subscribe(key, after) as subscription:
            self.followers += 1
            try:
                yield subscription
            finally:
                self.followers -= 1
                self.overflows += subscription.has_overflowed

    async def stop(self) -> None:
        """Stop reading."""
        await asyncio.gather(*(reader.stop() for reader in self._readers.values()))


@asynccontextmanager
async def open_multiplexer(client: lua.Client, keys: RunKeys) -> AsyncGenerator[Multiplexer]:
    """A multiplexer that is stopped at the end."""
    multiplexer = Multiplexer(client, keys)
    try:
        yield multiplexer
    finally:
        await multiplexer.stop()


def _pages(reply: Any) -> list[tuple[str, list[Any]]]:
    """The reply of XREAD: RESP3 has a map of lists of pages, RESP2 a list of pairs, and nothing is None."""
    if not reply:
        return []
    if isinstance(reply, dict):
        found = cast("dict[bytes, Any]", reply)
        return [(key.decode(), [entry for page in pages for entry in page]) for key, pages in found.items()]
    return [(key.decode(), entries) for key, entries in reply]
