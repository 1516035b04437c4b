"""Follows one stream of entries: first what Redis holds, then what comes."""

from collections.abc import AsyncGenerator

from server.stream.entry import Entry, Position, event_id, read
from server.stream.multiplexer import Multiplexer
from server.stream.stored import PAGE, StoredLogs


class EventsTrimmed(Exception):
    """The log no longer holds everything after the id that a reader has seen last."""

    def __init__(self, run_id: str, before: Position) -> None:
        super().__init__(f"Run {run_id}: the log no longer holds its events up to {event_id(before)}")
        self.run_id = run_id
        self.before = before  #: Of the last event that is missing.


class Follower:
    """One reader's way through one stream.

    Args:
        name: Of the run, or the thread, whose stream it is.
        after: The last position that the reader has seen.
    """

    def __init__(
        self,
        stored: StoredLogs,
        multiplexer: Multiplexer,
        *,
        thread_id: str,
        key: str,
        name: str,
        after: Position,
    ) -> None:
        self._stored = stored
        self._multiplexer = multiplexer
        self._thread_id = thread_id
        self._key = key
        self._name = name
        self.position = after

    async def entries(self, idle_seconds: float) -> AsyncGenerator[Entry | None]:
        """Entries in order, for ever; None after every time of silence.

        A reader that does not keep up drops out of the multiplexer, and catches up from Redis as fast as it
        can. So its events wait in Redis and not here.

        Raises:
            EventsTrimmed: Entries are missing before the next one.
            RedisError: Redis does not answer while the reader catches up.
        """
        while True:
            async for entry in self.held():
                yield entry
            with self._multiplexer.subscribe(self._thread_id, self._key, self.position) as subscription:
                if subscription.joined > self.position:
                    async for entry in self.held():
                        yield entry
                while not subscription.has_overflowed:
                    entry = await subscription.take(idle_seconds)
                    if entry is not None:
                        if (rest := self._advance(entry)) is not None:
                            yield rest
                    elif not subscription.has_overflowed:
                        yield None

    async def held(self) -> AsyncGenerator[Entry]:
        """Entries that are there now.

        Raises:
            EventsTrimmed: Entries are missing before the next one.
            RedisError: Redis does not answer.
        """
        is_last = False
        while not is_last:
            page = await self._stored.page(self._key, self.position)
            is_last = len(page) < PAGE
            for entry_id, fields in page:
                if (rest := self._advance(read(entry_id, fields))) is not None:
                    yield rest

    def _advance(self, entry: Entry) -> Entry | None:
        """What is new of an entry."""
        if entry.position <= self.position:
            return None
        if entry.previous is not None and entry.previous > self.position:
            raise EventsTrimmed(self._name, entry.previous)
        rest = entry.after(self.position)
        self.position = entry.position
        return rest
