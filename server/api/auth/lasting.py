"""Ends streams and sockets of who has logged out meanwhile, or whose key or account is gone."""

from collections.abc import Awaitable, Callable
from time import monotonic

from starlette.types import Message, Receive, Send

CHECK_SECONDS = 30.0  # between two looks
ENDED = 4401  # 4000 and an HTTP status: clients do not come back with the same credentials
_SAID = ("websocket.receive", "websocket.send", "http.response.body")


class Lasting:
    """One request's messages, as long as its credentials are good.

    It looks when something is said, so that ordinary answers cost nothing, and silence tells nobody anything.

    Args:
        kind: ``http`` or ``websocket``.
    """

    def __init__(
        self, kind: str, receive: Receive, send: Send, is_good: Callable[[], Awaitable[bool]]
    ) -> None:
        self._kind = kind
        self._receive = receive
        self._send = send
        self._is_good = is_good
        self._looked_at = monotonic()
        self._has_length = False  # such an answer cannot end early, and ends anyway
        self._has_ended = False

    async def receive(self) -> Message:
        message = await self._receive()
        await self._look(message)
        return {"type": f"{self._kind}.disconnect", "code": ENDED} if self._has_ended else message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._has_length = any(name == b"content-length" for name, _ in message["headers"])
        await self._look(message)
        if not self._has_ended:
            await self._send(message)

    async def _look(self, message: Message) -> None:
        is_due = monotonic() - self._looked_at >= CHECK_SECONDS
        if message["type"] not in _SAID or self._has_length or self._has_ended or not is_due:
            return
        self._looked_at = monotonic()
        if await self._is_good():
            return
        self._has_ended = True
        if self._kind == "websocket":
            await self._send({"type": "websocket.close", "code": ENDED, "reason": "logged out"})
        else:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
