"""Brings the events of a process's runs to Redis: what gathers in a few milliseconds goes in one command."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server import lua
from server.endless import report_end
from server.keys import RunKey, RunKeys
from server.stream.log import Batch, RunLog
from tools.cancellation import end

WINDOW = 0.010  # seconds that events gather; more saves little and delays tokens
MAX_ENTRIES = 5000  # of one log; an entry may hold many events
MAX_COMMAND = 8 << 20  # bytes after which a command takes no more logs
MAX_PAUSE = 1.0  # seconds between attempts while Redis does not answer
LAST_WORDS = 5.0  # seconds that a process that ends waits for what is not in Redis yet

_APPEND = lua.load("stream/clock", "stream/tail", "stream/append")
_CLOSE = lua.load("stream/clock", "stream/tail", "stream/close")

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class WriterCounts:
    """What a writer has done since it was opened."""

    events: int = 0
    entries: int = 0
    commands: int = 0
    refused: int = 0  #: Batches of workers whose lease has moved on.
    failures: int = 0  #: Commands that Redis did not answer; they are sent again.


class LogWriter:
    """Writes all logs of a process.

    Args:
        client: A client that returns bytes.
        keep: How long a closed log can still be read.
    """

    def __init__(self, client: lua.Client, keys: RunKeys, *, keep: timedelta) -> None:
        self.counts = WriterCounts()
        self._redis = client
        self._keys = keys
        self._keep = keep // timedelta(milliseconds=1)
        self._flushers: dict[int, _Flusher] = {}

    def open(self, run: RunKey, epoch: int) -> RunLog:
        """The log of one attempt at a run, under the lease with this epoch."""
        return RunLog(run, epoch, self)

    def wake(self, log: RunLog, *, at_once: bool) -> None:
        """Send what a log has, now or when the window ends."""
        shard = self._keys.shard(log.run.thread_id)
        flusher = self._flushers.get(shard)
        if flusher is None:
            flusher = self._flushers[shard] = _Flusher(self._redis, self._keys, self.counts)
        flusher.wake(log, at_once=at_once)

    async def close(self, run: RunKey, epoch: int | None = None) -> bool:
        """Close a log; False when a worker asks whose epoch has moved. May be repeated.

        Args:
            epoch: None when it is no worker that asks.
        """
        places = (self._keys.lease(run.thread_id), self._keys.events(run))
        by = "" if epoch is None else epoch
        is_closed = bool(await _CLOSE.call(self._redis, places, run.run_id, by, self._keep))
        self.counts.refused += not is_closed
        return is_closed

    async def stop(self) -> None:
        """Send what is left, unless Redis does not answer for some seconds."""
        await asyncio.gather(*(flusher.stop() for flusher in self._flushers.values()))


@asynccontextmanager
async def open_writer(client: lua.Client, keys: RunKeys, *, keep: timedelta) -> AsyncGenerator[LogWriter]:
    """A writer that is stopped at the end."""
    writer = LogWriter(client, keys, keep=keep)
    try:
        yield writer
    finally:
        await writer.stop()


class _Flusher:
    """Sends the logs of one shard, which one script may write together."""

    def __init__(self, client: lua.Client, keys: RunKeys, counts: WriterCounts) -> None:
        self._redis = client
        self._keys = keys
        self._counts = counts
        self._dirty: dict[RunLog, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._due = asyncio.Event()
        self._idle = asyncio.Event()
        self._pause = 0.0
        self._task = asyncio.create_task(self._run(), name="event log writer")
        self._task.add_done_callback(report_end)

    def wake(self, log: RunLog, *, at_once: bool) -> None:
        self._dirty[log] = None
        self._idle.clear()
        if at_once:
            self._due.set()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(WINDOW, self._due.set)

    async def stop(self) -> None:
        self._due.set()
        try:
            async with asyncio.timeout(LAST_WORDS):
                await self._idle.wait()
        except TimeoutError:
            logger.error("The last events of some runs did not reach Redis")  # noqa: TRY400 - no failure of ours
        await end(self._task)

    async def _run(self) -> None:
        while True:
            if not self._dirty:
                self._idle.set()
            await self._due.wait()
            self._due.clear()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            await self._flush()

    async def _flush(self) -> None:
        dirty, self._dirty = self._dirty, {}
        for part in _parts(dirty):
            try:
                await self._send(part)
            except lua.UNANSWERED as error:
                await self._wait_out(part, error)
            else:
                self._pause = 0.0
        for log in dirty:
            # What was emitted meanwhile has a window of its own: under load, each command carries one.
            if log.is_dirty and log not in self._dirty:
                self.wake(log, at_once=True)

    async def _send(self, part: list[tuple[RunLog, Batch]]) -> None:
        places: list[str] = []
        arguments: list[lua.Argument] = [MAX_ENTRIES]
        for log, batch in part:
            places += (self._keys.lease(log.run.thread_id), self._keys.events(log.run))
            data = b"\n".join(batch.lines)
            arguments += (log.epoch, batch.number, len(batch.lines), data, batch.marks)
        appended: list[Any] = await _APPEND.call(self._redis, places, *arguments)
        self._counts.commands += 1
        for (log, batch), last_id in zip(part, appended, strict=True):
            if last_id is None:
                self._counts.refused += 1
                log.refuse()
            elif isinstance(last_id, Exception):
                log.refuse(last_id)
            else:
                self._counts.entries += 1
                self._counts.events += len(batch.lines)
                log.settle()

    async def _wait_out(self, part: list[tuple[RunLog, Batch]], error: Exception) -> None:
        """Keep what was not sent, or of which nobody knows, and try again soon."""
        self._counts.failures += 1
        if not self._pause:
            logger.warning("Events of %d runs wait for Redis: %s", len(part), error)
        self._pause = min(MAX_PAUSE, self._pause * 2 or WINDOW)
        await asyncio.sleep(self._pause)


def _parts(logs: Iterable[RunLog]) -> Iterable[list[tuple[RunLog, Batch]]]:
    """What the logs have to send, in commands of bounded size."""
    part: list[tuple[RunLog, Batch]] = []
    size = 0
    for log in logs:
        if (batch := log.next_batch()) is not None:
            part.append((log, batch))
            size += batch.size
        if size >= MAX_COMMAND:
            yield part
            part, size = [], 0
    if part:
        yield part
