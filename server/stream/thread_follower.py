"""Follows a thread: the event logs of its runs, one after the other, those to come included."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import orjson

from server.keys import RunKey, RunKeys
from server.stream.entry import START, Entry, Position, StreamEvent, event_id, read
from server.stream.follower import Follower
from server.stream.stored import StoredLogs

Follow = Callable[[str, str, Position], Follower]  # by key, name and where to begin

UPDATE_PREFIX = "update:"  # of what stands among a thread's runs and only tells that its state was changed


class ThreadFollower:
    """One reader's way through a thread.

    A thread's history names its runs in order, with ids out of the same sequence as those of their events.

    Args:
        after: The last position that the reader has seen; None for what is to come.
    """

    def __init__(
        self, stored: StoredLogs, follow: Follow, *, keys: RunKeys, thread_id: str, after: Position | None
    ) -> None:
        self._stored = stored
        self._follow = follow
        self._keys = keys
        self._thread_id = thread_id
        self._history = keys.history(thread_id)
        self._after = after
        self._begun: Position = START  # of the run that is followed, in the history
        self._position: Position = START  # of what the reader has seen

    async def entries(self, idle_seconds: float) -> AsyncGenerator[Entry | None]:
        """Entries in order, for ever; None after every time of silence. A run's end is an event, too.

        Raises:
            EventsTrimmed: A run's log no longer holds what comes next.
            RedisError: Redis does not answer while the reader catches up.
        """
        run_id = await self._begin()
        while True:
            if run_id is not None:
                async with aclosing(self._of_run(run_id, idle_seconds)) as entries:
                    async for entry in entries:
                        yield entry
            run_id = None
            history = self._follow(self._history, self._thread_id, self._begun)
            async with aclosing(history.entries(idle_seconds)) as begun:
                async for entry in begun:
                    if entry is not None:
                        run_id, self._begun = entry.run_id, entry.position
                        self._position = max(self._position, entry.position)
                        break
                    yield None

    async def _begin(self) -> str | None:
        """The run in which the reader is; None when it is before the first or nothing has begun yet."""
        upto = "+" if self._after is None else event_id(self._after)
        newest = await self._stored.newest(self._history, upto)
        if newest is None:
            return None
        begun = read(*newest)
        self._begun = self._position = begun.position
        if self._after is not None:
            self._position = self._after
        elif begun.run_id and (last := await self._last(begun.run_id)):
            self._position = last.position
        return begun.run_id

    async def _of_run(self, run_id: str, idle_seconds: float) -> AsyncGenerator[Entry | None]:
        """What is left of one run, up to its end or to the beginning of the next one."""
        last = await self._last(run_id)
        if last is not None and last.is_end and last.position <= self._position:
            return
        key = self._keys.events(RunKey(self._thread_id, run_id))
        follower = self._follow(key, run_id, self._position)
        is_over = False
        while not is_over:
            is_over = await self._next() is not None  # then nothing more can come: it is all there
            async with aclosing(follower.held() if is_over else follower.entries(idle_seconds)) as entries:
                async for entry in entries:
                    if entry is None:
                        yield None
                        break
                    if entry.is_end:
                        end = await self._end(run_id, entry.position)
                        if not run_id.startswith(UPDATE_PREFIX):
                            yield end
                        return
                    self._position = entry.position
                    if entry.events:
                        yield entry

    async def _end(self, run_id: str, closed: Position) -> Entry:
        """A run's end as the official server tells it.

        A log that is closed late ends with an id behind those of the next run. Its end then has the id with
        which that run begins in the history, so that ids still only grow.
        """
        following = await self._next()
        position = min(closed, following) if following is not None else closed
        self._position = position
        data = orjson.dumps({"status": "run_done", "run_id": run_id})
        return Entry(position, [StreamEvent(event_id(position), "metadata", data)])

    async def _next(self) -> Position | None:
        """Where the next run begins in the history."""
        page = await self._stored.page(self._history, self._begun)
        return read(*page[0]).position if page else None

    async def _last(self, run_id: str) -> Entry | None:
        newest = await self._stored.newest(self._keys.events(RunKey(self._thread_id, run_id)))
        return read(*newest) if newest else None
