"""``/ws/{client_id}`` and ``/conversation``: iDialogue's WebSocket, at every address that it has had."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from server.api.deps import Open
from server.api.jobs.idialogue import incoming
from server.api.jobs.idialogue.conversation import Conversation
from server.api.rate_limits import RequestRates
from server.api.realtime.owning import begin, find
from server.realtime.session import LiveSession
from server.resources import Resources
from server.stream.event_stream import STALL_SECONDS
from tools.cancellation import end
from tools.errors import NotFound, ServiceError

MAX_FRAME = 16 * 1024 * 1024  # as the old server had it
MAX_SESSIONS = 20  # of one connection
HEARTBEAT_SECONDS = 30.0

router = APIRouter(tags=["iDialogue"])


@router.websocket("/ws/{client_id}")
@router.websocket("/ws")
async def first_version(websocket: WebSocket, resources: Open) -> None:
    """Version 1.0, of August 2025: stances come by themselves after each message of the partner."""
    await _Socket(websocket, resources, suggests_opinions=True).serve()


@router.websocket("/conversation")
@router.websocket("/conservation")
async def later_versions(websocket: WebSocket, resources: Open) -> None:
    """All later versions; one of them, and the app's last resort, has a slip of the pen in its address."""
    await _Socket(websocket, resources, suggests_opinions=False).serve()


class _Socket:
    def __init__(self, websocket: WebSocket, resources: Resources, *, suggests_opinions: bool) -> None:
        self._websocket = websocket
        self._resources = resources
        self._suggests_opinions = suggests_opinions
        self._conversations: dict[str, Conversation] = {}
        self._turn = asyncio.Lock()

    async def serve(self) -> None:
        """Until the client leaves."""
        await self._websocket.accept()
        beating = asyncio.create_task(self._beat())
        try:
            with suppress(WebSocketDisconnect):
                while True:
                    await self._take(await self._websocket.receive_text())
        finally:
            await asyncio.gather(
                end(beating),
                *(conversation.close() for conversation in self._conversations.values()),
                return_exceptions=True,
            )

    async def _take(self, text: str) -> None:
        session_id: str | None = None
        try:
            event = _parsed(text)
            if not isinstance(event, incoming.AudioStream):  # sound is limited by what waits to be heard
                await RequestRates.of(self._resources).check()
            session_id = getattr(event, "session_id", None)
            await self._carry_out(event, session_id)
        except incoming.Refused as refused:
            await self._refuse(refused.code, str(refused), refused.session_id)
        except NotFound as error:
            code = "SESSION_NOT_FOUND" if error.code == "session_not_found" else "INTERNAL_ERROR"
            await self._refuse(code, error.message, session_id)
        except ServiceError as error:
            message = f"{error.message}. {error.hint}" if error.hint else error.message
            code = "INVALID_EVENT_DATA" if error.category.is_permanent else "INTERNAL_ERROR"
            await self._refuse(code, message, session_id)

    async def _carry_out(self, event: incoming.Event, session_id: str | None) -> None:
        match event:
            case incoming.Start():
                conversation = self._add(await begin(self._resources))
                await conversation.begin(event)
            case incoming.Resume():
                session = await find(self._resources, event.session_id)
                _refuse_ended(session)
                known = self._conversations.pop(event.session_id, None)
                if known is not None:
                    await known.close()
                await self._add(session).resume()
            case _:
                assert session_id is not None  # noqa: S101 - every other event has one
                conversation = self._conversations.get(session_id)
                if conversation is None:
                    raise NotFound(
                        f"Session {session_id} is not open on this connection; resume it first.",
                        code="session_not_found",
                    )
                _refuse_ended(conversation.session)
                await conversation.take(event)

    def _add(self, session: LiveSession) -> Conversation:
        if len(self._conversations) >= MAX_SESSIONS:
            raise incoming.Refused("INVALID_EVENT_DATA", f"No more than {MAX_SESSIONS} sessions.")
        conversation = Conversation(
            session, self._resources, self._send, suggests_opinions=self._suggests_opinions
        )
        self._conversations[session.session_id] = conversation
        return conversation

    async def _refuse(self, code: str, message: str, session_id: str | None) -> None:
        told = {"error_code": code, "message": message}
        await self._send("error", told | ({"session_id": session_id} if session_id else {}))

    async def _send(self, kind: str, data: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(STALL_SECONDS), self._turn:
                await self._websocket.send_text(orjson.dumps({"type": kind, "data": data}).decode())
        except (TimeoutError, RuntimeError):
            raise WebSocketDisconnect from None

    async def _beat(self) -> None:
        """Tell, again and again, that somebody is there."""
        with suppress(WebSocketDisconnect):
            while True:
                await asyncio.sleep(HEARTBEAT_SECONDS)
                await self._send("heartbeat", {"timestamp": datetime.now(UTC).isoformat()})


def _refuse_ended(session: LiveSession) -> None:
    """What has ended is destroyed, as the old protocol has it."""
    if session.is_over:
        raise NotFound(f"Session {session.session_id} has ended; begin a new one.", code="session_not_found")


def _parsed(text: str) -> incoming.Event:
    if len(text) > MAX_FRAME:
        raise incoming.Refused("INVALID_EVENT_DATA", f"A frame has at most {MAX_FRAME} bytes.")
    try:
        return incoming.parse(orjson.loads(text))
    except orjson.JSONDecodeError:
        raise incoming.Refused("INVALID_EVENT_DATA", "The frame is no JSON.") from None
