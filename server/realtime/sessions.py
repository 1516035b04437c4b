"""The sessions that are under way in this process: begun, taken over, and let go when nobody listens."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast
from weakref import WeakValueDictionary

import orjson

from server.endless import beside
from server.lua import UNANSWERED
from server.realtime.log import Claim
from server.realtime.order import Order, OutOfOrder
from server.realtime.session import MAX_ITEMS, LiveSession, Parts
from tools.cancellation import completed
from tools.errors import Conflict

DETACHED_SECONDS = 60.0  # without a listener, after which a session waits in Redis for the next one
LOOK_SECONDS = 5.0

logger = logging.getLogger(__name__)


class LiveSessions:
    """All sessions of this process."""

    def __init__(self, parts: Parts, *, detached_seconds: float = DETACHED_SECONDS) -> None:
        self.parts = parts
        self._live: dict[str, LiveSession] = {}
        self._locks = WeakValueDictionary[str, asyncio.Lock]()  # while somebody waits for one
        self._detached: dict[str, float] = {}  # since when nobody listens
        self._detached_seconds = detached_seconds
        self._warming: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._live)

    def local(self, session_id: str) -> LiveSession | None:
        """A session that is under way here."""
        found = self._live.get(session_id)
        return found if found is not None and not found.outbox.is_lost and not found.is_closed else None

    async def begin(self, session_id: str) -> LiveSession:
        """A new session."""
        async with self._lock(session_id):
            claim = await self._claim(session_id)
            return self._start(LiveSession(session_id, self.parts, claim))

    async def open(self, session_id: str) -> LiveSession:
        """A session that has begun, here or elsewhere; from there it is taken over.

        Raises:
            NotFound: There is no such session, or no more.
        """
        async with self._lock(session_id):
            found = self.local(session_id)
            if found is not None and await self.parts.logs.holds(session_id, found.epoch):
                return found
            await self._drop(session_id)
            await self.parts.logs.last(session_id)
            claim = await self._claim(session_id)
            order, items = await self._told(session_id, claim)
            return self._start(LiveSession(session_id, self.parts, claim, order=order, items=items))

    async def reach(self, session_id: str) -> LiveSession:
        """A session for a request that leaves nobody here who listens: it moves no session from where it is.

        Raises:
            Conflict: "session_elsewhere": another living process has it.
            NotFound: As ``open``.
        """
        if self.local(session_id) is None and await self.parts.logs.is_elsewhere(session_id):
            raise Conflict(
                "another process of this service has the session",
                hint="Send events over its WebSocket, or keep a client at one process; it is free there "
                f"{self._detached_seconds:g} s after its last connection.",
                code="session_elsewhere",
            )
        return await self.open(session_id)

    async def end(self, session_id: str) -> None:
        """Forget a session, everywhere."""
        await self._drop(session_id)
        await self.parts.logs.forget(session_id)

    async def tend(self) -> None:
        """Let go, again and again, what nobody listens to, what was lost and what has ended."""
        while True:
            with suppress(*UNANSWERED):  # it comes back, or the sessions are lost anyway
                if self._live:
                    await self.parts.logs.stay_alive()
            await asyncio.sleep(LOOK_SECONDS)
            now = asyncio.get_running_loop().time()
            for session_id, session in list(self._live.items()):
                if session.outbox.listeners:
                    self._detached.pop(session_id, None)
                    continue
                since = self._detached.setdefault(session_id, now)
                is_over = session.outbox.is_lost or session.is_closed
                if is_over or now - since >= self._detached_seconds:
                    async with self._lock(session_id):
                        await self._drop(session_id)

    async def close(self) -> None:
        """Let everything go; clients find it again at another process."""
        await asyncio.gather(*(self._drop(session_id) for session_id in list(self._live)))
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)

    async def _claim(self, session_id: str) -> Claim:
        if not self._live:  # from then on it is said again and again
            await self.parts.logs.stay_alive()
        return await self.parts.logs.claim(session_id)

    def _start(self, session: LiveSession) -> LiveSession:
        self._live[session.session_id] = session
        session.start()
        if self._warming is None:
            self._warming = asyncio.create_task(self.parts.talks.warm())
        return session

    async def _drop(self, session_id: str) -> None:
        session = self._live.pop(session_id, None)
        self._detached.pop(session_id, None)
        if session is not None:
            await completed(self._let_go(session))  # nobody else knows it any more

    async def _let_go(self, session: LiveSession) -> None:
        await session.close()
        with suppress(*UNANSWERED):  # who comes next waits until this process is taken for dead
            await self.parts.logs.release(session.session_id, session.epoch)

    def _lock(self, session_id: str) -> asyncio.Lock:
        lock = self._locks.get(session_id)
        if lock is None:
            lock = self._locks[session_id] = asyncio.Lock()
        return lock

    async def _told(self, session_id: str, claim: Claim) -> tuple[Order, dict[str, dict[str, Any]]]:
        """Where a session stands, by all that it has told."""
        order, items = Order(), OrderedDict[str, dict[str, Any]]()
        first = max(0, claim.sequence - MAX_READ)
        order.is_open = first > 0
        async for page in self.parts.logs.read(session_id, first, claim.sequence):
            for logged in page:
                event: dict[str, Any] = orjson.loads(logged.data)
                with suppress(OutOfOrder):  # the log's beginning may be gone
                    order.accept(event)
                _note(items, event)
        order.is_open = order.is_open or claim.sequence > 0
        return order, dict(list(items.items())[-MAX_ITEMS:])


MAX_READ = 20_000  # events of a session that are read again when it is taken over


def _note(items: dict[str, dict[str, Any]], event: dict[str, Any]) -> None:
    """Keep the items of a session as its events tell them."""
    match event:
        case {"type": "conversation.item.done"}:
            item = cast("dict[str, Any]", event["item"])
            items[item["id"]] = item
        case {
            "type": "conversation.item.input_audio_transcription.completed" | "conversation.item.corrected",
            "item_id": str(name),
            "transcript": str(text),
        } if name in items:
            part = items[name]["content"][0]
            key = "text" if "text" in part else "transcript"
            items[name] = items[name] | {"content": [part | {key: text}]}
        case {"type": "conversation.item.deleted", "item_id": str(name)}:
            items.pop(name, None)
        case _:
            pass


@asynccontextmanager
async def open_sessions(parts: Parts) -> AsyncGenerator[LiveSessions]:
    """LiveSessions that are tended for as long as the with block runs."""
    sessions = LiveSessions(parts)
    try:
        async with beside(sessions.tend(), "tender of realtime sessions"):
            yield sessions
    finally:
        await sessions.close()
        await parts.engine.close()
