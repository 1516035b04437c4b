"""The event logs of runs: one Redis stream a run, written by its worker and followed by many readers.

Ids only ever grow, over all runs of a thread, so a reader that comes back with the last id it saw misses
nothing and sees nothing twice.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

from server import lua
from server.keys import RunKey, RunKeys
from server.stream.entry import (
    FROM_START,
    START,
    Entry,
    Mark,
    Position,
    StreamEvent,
    event_id,
    marks,
    position_of,
    read,
)
from server.stream.follower import Follower
from server.stream.log import RunLog
from server.stream.multiplexer import Multiplexer, open_multiplexer
from server.stream.stored import StoredLogs
from server.stream.thread_follower import ThreadFollower
from server.stream.writer import LogWriter, WriterCounts, open_writer


class EventBroker:
    """Opens, closes and follows event logs."""

    def __init__(
        self, client: lua.Client, keys: RunKeys, *, writer: LogWriter, multiplexer: Multiplexer
    ) -> None:
        self._redis = client
        self._keys = keys
        self._writer = writer
        self._multiplexer = multiplexer
        self._stored = StoredLogs(client)

    @property
    def written(self) -> WriterCounts:
        """What this process has written."""
        return self._writer.counts

    @property
    def followers(self) -> int:
        """How many readers in this process wait for events."""
        return self._multiplexer.followers

    @property
    def overflows(self) -> int:
        """How often a reader in this process was too slow, and has read from Redis again."""
        return self._multiplexer.overflows

    def open(self, run: RunKey, epoch: int) -> RunLog:
        """The log of one attempt at a run, under the lease with this epoch."""
        return self._writer.open(run, epoch)

    async def end(self, run: RunKey) -> None:
        """Close a log, whoever wrote it: followers stop after its last event, and it expires in time.

        May be repeated. A worker that still writes to it finds it closed.
        """
        await self._writer.close(run)

    async def follow(
        self, run: RunKey, *, after: str | None, idle_seconds: float
    ) -> AsyncGenerator[Entry | None]:
        """A run's events in order, an entry at a time, until the log is closed.

        Args:
            after: The id of the last event already seen, FROM_START for all, or None for those to come.
            idle_seconds: After this long without an event a None is yielded, so that the caller can look
                whether anybody is still listening or writing.

        Raises:
            EventsTrimmed: The log no longer holds what comes next.
            RedisError: Redis does not answer at the start. Later on, an outage is waited out.
        """
        position = START if after == FROM_START else await self._position(run, after)
        if position is None:
            return
        follower = Follower(
            self._stored,
            self._multiplexer,
            thread_id=run.thread_id,
            key=self._keys.events(run),
            name=run.run_id,
            after=position,
        )
        async with aclosing(follower.entries(idle_seconds)) as entries:
            async for entry in entries:
                if entry is not None and entry.is_end:
                    return
                if entry is None or entry.events:
                    yield entry

    async def follow_thread(
        self, thread_id: str, *, after: str | None, idle_seconds: float
    ) -> AsyncGenerator[Entry | None]:
        """The events of all runs of a thread, those to come included, until the reader leaves.

        A run's end is an event ``metadata`` with ``{"status": "run_done", "run_id"}``. Runs whose logs have
        expired are left out.

        Args:
            after: The id of the last event already seen, FROM_START for all, or None for those to come.
            idle_seconds: As ``follow`` takes it.

        Raises:
            EventsTrimmed: A run's log no longer holds what comes next.
            RedisError: Redis does not answer while the reader catches up.
        """

        def follow(key: str, name: str, position: Position) -> Follower:
            return Follower(
                self._stored, self._multiplexer, thread_id=thread_id, key=key, name=name, after=position
            )

        position = None if after is None else position_of(after)
        thread = ThreadFollower(self._stored, follow, keys=self._keys, thread_id=thread_id, after=position)
        async with aclosing(thread.entries(idle_seconds)) as entries:
            async for entry in entries:
                yield entry

    async def newest(self, run: RunKey, is_wanted: Callable[[StreamEvent], bool]) -> StreamEvent | None:
        """The latest event that is wanted, or None."""
        async with aclosing(self._stored.backwards(self._keys.events(run))) as entries:
            async for raw in entries:
                for event in reversed(read(*raw).events):
                    if is_wanted(event):
                        return event
        return None

    async def marks(self, run: RunKey) -> AsyncGenerator[Mark]:
        """The checkpoints noted in a log, the newest first, each with the last event that it covers."""
        async with aclosing(self._stored.backwards(self._keys.events(run))) as entries:
            async for raw in entries:
                for mark in marks(*raw):
                    yield mark

    async def last_mark(self, run: RunKey) -> Mark | None:
        """The newest checkpoint noted in a log, and the last event that it covers."""
        async with aclosing(self.marks(run)) as found:
            return await anext(found, None)

    async def last_id(self, run: RunKey) -> str | None:
        """The id of a log's last event; None without any."""
        newest = await self._stored.newest(self._keys.events(run))
        last = read(*newest) if newest else None
        position = last.previous if last and last.is_end else last and last.position
        return event_id(position) if position else None

    async def exists(self, run: RunKey) -> bool:
        """Whether anything of this run's log is there."""
        return await self._stored.exists(self._keys.events(run))

    async def delete(self, run: RunKey) -> None:
        """Forget a run's events."""
        await self._redis.unlink(self._keys.events(run))  # pyright: ignore[reportUnknownMemberType] - typed for both of redis-py's clients

    async def _position(self, run: RunKey, after: str | None) -> Position | None:
        """Where a reader begins; None when there is nothing to come."""
        newest = await self._stored.newest(self._keys.events(run))
        last = read(*newest) if newest else None
        known = last.position if last else START
        position = known if after is None else position_of(after)
        return None if last and last.is_end and position >= last.position else position


@asynccontextmanager
async def open_broker(client: lua.Client, keys: RunKeys, *, keep: timedelta) -> AsyncGenerator[EventBroker]:
    """A broker whose reading and writing stop at the end.

    Args:
        client: A client that returns bytes; its sockets wait longer than 4 s for a reply.
        keep: How long a closed log can still be read.
    """
    async with (
        open_writer(client, keys, keep=keep) as writer,
        open_multiplexer(client, keys) as multiplexer,
    ):
        yield EventBroker(client, keys, writer=writer, multiplexer=multiplexer)
