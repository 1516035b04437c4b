"""What a session tells: numbered, kept in the log, and then sent to whoever listens.

Nothing is sent that is not in the log, so whatever a client has seen, any process can go on from.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson

from server import lua
from server.realtime.log import Logged, SessionLogs, SessionLost
from server.realtime.order import Order

MAX_BEHIND = 4 * 1024 * 1024  # bytes that wait for one listener; beyond it, it has to read the log
MAX_PAUSE = 1.0  # seconds between attempts while Redis does not answer

logger = logging.getLogger(__name__)


class Subscription:
    """One listener's queue."""

    def __init__(self, after: int) -> None:
        self.after = after  #: Events up to this one are not in the queue: they are in the log.
        self.is_over = False  #: Nothing more comes: the listener was too slow, or the session is elsewhere.
        self._queue: deque[Logged] = deque()
        self._size = 0
        self._filled = asyncio.Event()

    async def take(self) -> list[Logged]:
        """What has come, at least one event; nothing once it is over."""
        if not self._queue and not self.is_over:
            self._filled.clear()
            await self._filled.wait()
        taken = list(self._queue)
        self._queue.clear()
        self._size = 0
        return taken

    def offer(self, events: list[Logged]) -> None:
        """Queue events, or give up a listener that does not keep up."""
        self._size += sum(len(event.data) for event in events)
        if self._size > MAX_BEHIND:
            self.end()
            return
        self._queue.extend(events)
        self._filled.set()

    def end(self) -> None:
        """Let the listener find out that nothing more comes."""
        self.is_over = True
        self._filled.set()


class Outbox:
    """A session's events on their way into the log and out.

    Args:
        epoch: Under which this process has the session.
        sequence: Of the last event before.
        order: Where the session stands.
        state: What who takes the session next has to know.
    """

    def __init__(
        self,
        logs: SessionLogs,
        session_id: str,
        *,
        epoch: int,
        sequence: int,
        order: Order,
        state: Callable[[], bytes],
    ) -> None:
        self._logs = logs
        self._session_id = session_id
        self._epoch = epoch
        self._state = state
        self._kept_state: bytes | None = None
        self.order = order
        self.sequence = sequence  #: Of the last event that was emitted.
        self.written = sequence  #: Of the last one that is in the log.
        self._waiting: list[Logged] = []
        self._subscriptions: set[Subscription] = set()
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()
        self.is_lost = False  #: Another process has the session.

    def emit(self, kind: str, /, **fields: Any) -> dict[str, Any]:
        """Tell an event; it is on its way when this returns.

        Raises:
            OutOfOrder: It cannot come here: a mistake of ours.
        """
        event: dict[str, Any] = {"type": kind, "event_id": f"event_{self.sequence + 1}", **fields}
        self.order.accept(event)
        self.sequence += 1
        self._waiting.append(Logged(self.sequence, orjson.dumps(event)))
        self._filled.set()
        self._emptied.clear()
        return event

    def fail(self, error: Mapping[str, Any]) -> None:
        """Tell a failure that the session survives."""
        self.emit("error", error=dict(error))

    def save(self) -> None:
        """Keep the state, also without an event."""
        self._filled.set()

    @contextmanager
    def listening(self) -> Generator[Subscription]:
        """Get all events after ``after``."""
        subscription = Subscription(self.written)
        if self.is_lost:
            subscription.end()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._subscriptions)

    async def flush(self) -> None:
        """Wait until everything that was told is in the log, or the session is lost."""
        await self._emptied.wait()

    async def write(self) -> None:
        """Bring what is told into the log and to the listeners, until another process has the session."""
        pause = 0.0
        while True:
            await self._filled.wait()
            self._filled.clear()
            events, self._waiting = self._waiting, []
            state = self._state()
            if not events and state == self._kept_state:
                self._emptied.set()
                continue
            while True:
                try:
                    changed = state if state != self._kept_state else None
                    await self._logs.append(self._session_id, self._epoch, events, state=changed)
                    break
                except SessionLost:
                    self._lose()
                    return
                except lua.UNANSWERED as error:
                    if not pause:
                        logger.warning("Events of a session are not written for now: %s", error)
                    pause = min(MAX_PAUSE, pause * 2 or 0.02)
                    await asyncio.sleep(pause)
            pause = 0.0
            self._kept_state = state
            if events:
                self.written = events[-1].sequence
                for subscription in self._subscriptions:
                    subscription.offer(events)
            if not self._waiting:
                self._emptied.set()

    def _lose(self) -> None:
        self.is_lost = True
        self._emptied.set()
        self.end()

    def end(self) -> None:
        """Nothing more comes for those who listen."""
        for subscription in self._subscriptions:
            subscription.end()
