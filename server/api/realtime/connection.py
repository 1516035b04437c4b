"""A WebSocket on a session: what it sends goes in, what the session tells comes out."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

import orjson
from fastapi import WebSocket, WebSocketDisconnect

from server.api.rate_limits import RequestRates
from server.api.realtime.owning import begin, find
from server.realtime.hearing import as_error
from server.realtime.log import Logged
from server.realtime.session import LiveSession
from server.resources import Resources
from server.stream.event_stream import STALL_SECONDS
from tools.cancellation import end
from tools.errors import InputTooLarge, InvalidInput, ServiceError

MAX_FRAME = 2 * 1024 * 1024  # characters or bytes; an append of the longest piece has 1.4 MiB
HEARTBEAT_SECONDS = 15.0  # of silence after which a client is told that somebody is there
RESUME, APPEND = "session.resume", "input_audio_buffer.append"
LEFT, TAKEN_OVER, MOVED, TOO_SLOW, REFUSED = 1000, 4409, 4301, 4408, 4404

logger = logging.getLogger(__name__)


class Connection:
    """One client's socket.

    Args:
        session_id: The session that it comes back to; None: a new one.
        after: Number of the last event that it saw.
    """

    def __init__(
        self, websocket: WebSocket, resources: Resources, *, session_id: str | None, after: int | None
    ) -> None:
        self._websocket = websocket
        self._resources = resources
        self._rates = RequestRates.of(resources)
        self._session_id = session_id
        self._after = after
        self._session: LiveSession | None = None
        self._is_fresh = False  # its session was begun for it, and nothing was done there yet
        self._telling: asyncio.Task[None] | None = None
        self._refusing: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()  # frames of a replay and our own do not mix

    async def serve(self) -> None:
        """Until one side leaves."""
        try:
            await self._attach(self._session_id, self._after)
        except ServiceError as error:
            await self._refuse(error, REFUSED)
            return
        try:
            with suppress(WebSocketDisconnect):
                while True:
                    await self._take(await self._websocket.receive())
        finally:
            await self._detach()

    async def _attach(self, session_id: str | None, after: int | None) -> None:
        self._is_fresh = session_id is None
        if session_id is None:
            session = await begin(self._resources)
            after = 0
        else:
            session = await find(self._resources, session_id)
        earlier = session.holder
        session.holder = self
        self._session = session
        if isinstance(earlier, Connection) and earlier is not self:
            await earlier.displaced()
        self._telling = asyncio.create_task(self._tell(session, after, is_new=session_id is None))

    async def _detach(self) -> None:
        if self._session is not None and self._session.holder is self:
            self._session.holder = None
        if self._telling is not None:
            await end(self._telling)
        self._session = self._telling = None

    async def _take(self, message: Any) -> None:
        """One frame; raises WebSocketDisconnect when the client left."""
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", LEFT))
        text, data = message.get("text"), message.get("bytes")
        session = self._session
        if session is None:
            raise WebSocketDisconnect(TAKEN_OVER)
        frame: str | bytes = text if text is not None else data or b""
        try:
            if len(frame) > MAX_FRAME:
                raise InputTooLarge(
                    f"a frame of {len(frame)} bytes is larger than the limit of {MAX_FRAME}",
                    hint="Send sound in pieces of 100 ms.",
                    code="frame_too_large",
                )
            if isinstance(frame, bytes):
                raise InvalidInput(
                    "binary frames are not taken here",
                    hint="Send events as JSON text; /vosk takes raw PCM.",
                    code="invalid_event",
                )
            event: Any = _read(frame)
            given = cast("dict[str, Any]", event) if isinstance(event, dict) else None
            if given is None or given.get("type") != APPEND:  # sound is limited by what waits to be heard
                await self._rates.check()
        except ServiceError as error:
            session.outbox.fail(as_error(error))
            return
        if given is not None and given.get("type") == RESUME:
            await self._resume(given)
            return
        self._is_fresh = False
        session.handle(given)
        # Without a pause a client that sends faster than it is heard would have the process to itself.
        await asyncio.sleep(0)

    async def _resume(self, event: dict[str, Any]) -> None:
        """Go over to another session, which this client has begun before."""
        session_id, after = event.get("session_id"), event.get("after", 0)
        session = self._session
        assert session is not None  # noqa: S101 - checked by who calls
        try:
            if not isinstance(session_id, str) or not isinstance(after, int) or after < 0:
                raise InvalidInput(
                    "session.resume: needs session_id, and after: the number of the last event that was seen",
                    code="invalid_event",
                )
            await find(self._resources, session_id)
        except ServiceError as error:
            session.outbox.fail(as_error(error, str(event.get("event_id") or "") or None))
            return
        fresh = session.session_id if self._is_fresh and session.session_id != session_id else None
        await self._detach()
        await self._attach(session_id, after)
        if fresh is not None:
            await self._resources.sessions.end(fresh)
            await self._resources.threads.delete(fresh)

    async def _tell(self, session: LiveSession, after: int | None, *, is_new: bool) -> None:
        """Send what the client missed, then what comes."""
        code = MOVED
        try:
            with session.outbox.listening() as subscription:
                if after is None:
                    after = subscription.after
                if not is_new:
                    await self._send(session.resumed(after))
                if after < subscription.after:
                    logs = self._resources.sessions.parts.logs
                    async for page in logs.read(session.session_id, after, subscription.after):
                        await self._send_all(page)
                while not subscription.is_over:
                    await self._send_next(subscription)
                await self._send_all(await subscription.take())
                if not session.outbox.is_lost:
                    code = LEFT if session.is_closed else TOO_SLOW
        except ServiceError as error:
            await self._refuse(error, REFUSED)
            return
        except (WebSocketDisconnect, RuntimeError):
            return
        await self._close(code)

    async def _send_next(self, subscription: Any) -> None:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                events: list[Logged] = await subscription.take()
        except TimeoutError:
            await self._send(_heartbeat())
        else:
            await self._send_all(events)

    async def _send_all(self, events: list[Logged]) -> None:
        for event in events:
            await self._send(event.data)

    async def _send(self, data: bytes) -> None:
        """Send, unless the client takes nothing for too long.

        Raises:
            WebSocketDisconnect: The client has left, or is given up.
        """
        try:
            async with asyncio.timeout(STALL_SECONDS), self._turn:
                await self._websocket.send_text(data.decode())
        except (TimeoutError, RuntimeError):
            raise WebSocketDisconnect from None

    async def displaced(self) -> None:
        """Another client has the session now."""
        error = InvalidInput(
            "another connection has taken this session over",
            hint="Only one client sends; others can follow GET /v1/sessions/{session_id}/events.",
            code="session_taken_over",
        )
        await self._detach()
        # Beside: a client that is gone without a word takes nothing, for up to STALL_SECONDS.
        self._refusing = asyncio.create_task(self._refuse(error, TAKEN_OVER))

    async def _refuse(self, error: ServiceError, code: int) -> None:
        told = {"type": "error", "event_id": "event_connection", "error": as_error(error)}
        with suppress(WebSocketDisconnect):
            await self._send(orjson.dumps(told))
        await self._close(code, error.code)

    async def _close(self, code: int, reason: str = "") -> None:
        with suppress(RuntimeError, WebSocketDisconnect):
            await self._websocket.close(code, reason)


def _read(frame: str) -> Any:
    try:
        return orjson.loads(frame)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(
            f"the frame is no JSON: {error}", hint="Send one event, as a JSON object.", code="invalid_json"
        ) from None


def _heartbeat() -> bytes:
    return orjson.dumps({"type": "session.heartbeat", "timestamp": datetime.now(UTC).isoformat()})
