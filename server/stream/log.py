"""A run's event log, as the worker that executes the run writes it."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Protocol

import orjson

from server.keys import RunKey
from server.stream import entry

MAX_BUFFERED = 4 << 20  # bytes of one run that wait for Redis; beyond it the graph waits
MAX_BATCH = 256 << 10  # bytes after which an entry takes no more events; readers take pages of entries


class Fenced(Exception):
    """Another worker has the run, or its log is closed: what was emitted last is not in the log."""

    def __init__(self, run: RunKey) -> None:
        super().__init__(f"Run {run.run_id} is no longer this worker's")
        self.run = run


class Sink(Protocol):
    """What brings logs to Redis."""

    def wake(self, log: "RunLog", *, at_once: bool) -> None:
        """A log has something to send."""
        ...

    async def close(self, run: RunKey, epoch: int) -> bool:
        """Close a log; False when the epoch has moved."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Events that go into one entry."""

    number: int  #: From 1; a batch keeps its number when it is sent again.
    lines: list[bytes]
    marks: bytes  #: JSON of [how many of its events a checkpoint covers, the checkpoint's id], or nothing.
    size: int  #: Bytes.


class RunLog:
    """The log of one attempt at a run. One attempt opens one.

    Args:
        epoch: The lease under which the run is executed; when it has moved nothing more can be written.
    """

    def __init__(self, run: RunKey, epoch: int, sink: Sink) -> None:
        self.run = run
        self.epoch = epoch
        self._sink = sink
        self._waiting: deque[bytes] = deque()
        self._marks: deque[tuple[int, str]] = deque()
        self._under_way: Batch | None = None
        self._emitted = self._taken = 0  # events
        self._batches = 0
        self._buffered = 0  # bytes
        self._refusal: Exception | None = None
        self._waiters: list[asyncio.Future[None]] = []

    async def emit(self, name: str, data: bytes, mark: str | None = None) -> None:
        """Append an event; it is in Redis some milliseconds later. Waits while too much waits for Redis.

        Args:
            data: JSON without line breaks.
            mark: A checkpoint that covers this event and all before it.

        Raises:
            Fenced: Another worker has the run.
        """
        while self._buffered > MAX_BUFFERED and self._refusal is None:
            await self._settled()
        self._check()
        text = entry.line(name, data)
        self._waiting.append(text)
        self._emitted += 1
        self._buffered += len(text)
        if mark is not None:
            self._marks.append((self._emitted, mark))
        self._sink.wake(self, at_once=self._emitted == 1)

    async def mark(self, checkpoint_id: str) -> None:
        """Note that a checkpoint covers all events so far.

        Raises:
            Fenced: Another worker has the run.
        """
        self._check()
        self._marks.append((self._emitted, checkpoint_id))
        self._sink.wake(self, at_once=False)

    async def flush(self) -> None:
        """Wait until everything emitted so far is in Redis, for as long as that takes.

        Raises:
            Fenced: Another worker has the run.
        """
        while self.is_dirty and self._refusal is None:
            self._sink.wake(self, at_once=True)
            await self._settled()
        self._check()

    async def close(self) -> None:
        """Flush, and close the log for good; it expires in time. May be repeated.

        Raises:
            Fenced: Another worker has the run.
            RedisError: Redis does not answer.
        """
        await self.flush()
        if not await self._sink.close(self.run, self.epoch):
            self.refuse()
            self._check()

    @property
    def is_dirty(self) -> bool:
        """Whether anything is not in Redis yet."""
        return bool(self._under_way or self._waiting or self._marks)

    def next_batch(self) -> Batch | None:
        """What to send now: the batch whose outcome is unknown, or a new one of what waits."""
        if self._under_way is None and (self._waiting or self._marks):
            self._under_way = self._cut()
        return self._under_way

    def settle(self) -> None:
        """The batch under way is in Redis."""
        if self._under_way is not None:
            self._buffered -= self._under_way.size
            self._under_way = None
        self._tell()

    def refuse(self, error: Exception | None = None) -> None:
        """The batch under way was refused: nothing of this log can be written any more.

        Args:
            error: What Redis has against it; None when the lease has moved or the log is closed.
        """
        self._refusal = error or Fenced(self.run)
        self._under_way = None
        self._waiting.clear()
        self._marks.clear()
        self._tell()

    def _cut(self) -> Batch:
        lines: list[bytes] = []
        size, before = 0, self._taken
        while self._waiting and size < MAX_BATCH:
            lines.append(self._waiting.popleft())
            size += len(lines[-1])
        self._taken += len(lines)
        marks: list[tuple[int, str]] = []
        while self._marks and self._marks[0][0] <= self._taken:
            covered, checkpoint_id = self._marks.popleft()
            marks.append((covered - before, checkpoint_id))
        self._batches += 1
        return Batch(self._batches, lines, orjson.dumps(marks) if marks else b"", size)

    def _check(self) -> None:
        if self._refusal is not None:
            raise self._refusal

    async def _settled(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        await waiter

    def _tell(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
