"""The response that carries server-sent events, as lean as thousands of idle subscribers need it.

sse-starlette gives each response four tasks: its content, its pings, one that waits for the client to leave
and one for the service's end. Here the content is sent by the task that is there already, pings come by a
timer, and one task waits for the end of the service for all responses of a process.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from weakref import WeakKeyDictionary

import anyio
from sse_starlette import EventSourceResponse
from starlette.types import Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5  # clients of LangGraph learn this cadence and reconnect after three missed beats
STALL_SECONDS = 30  # after which a client that takes nothing is let go: its events are in Redis
CLEANUP_SECONDS = 10  # that content gets to let go of what it holds, once nobody listens any more
_HEARTBEAT = b": heartbeat\r\n\r\n"


class EventStream(EventSourceResponse):
    """Sends frames until their end, or until its client leaves, takes nothing or the service stops.

    Only the first of these has an end on the wire: it must not be taken for the run's.

    Args:
        on_disconnect: Called when the client leaves before the end, or takes nothing for STALL_SECONDS.
    """

    def __init__(
        self,
        content: AsyncGenerator[bytes],
        headers: Mapping[str, str] | None = None,
        *,
        on_disconnect: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(content, headers=headers)  # pyright: ignore[reportUnknownMemberType] - a type of its is half known
        self._content = content
        self._on_disconnect = on_disconnect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry out the response, as ASGI has it."""
        if scope["type"] != "http" or scope["method"] == "HEAD":
            return await super().__call__(scope, receive, send)
        streaming = anyio.CancelScope()
        sight = _Sight(receive, send, streaming)
        with streaming:
            try:
                await self._send_all(sight)
            finally:
                sight.close()
        if sight.has_left and self._on_disconnect is not None:
            with anyio.CancelScope(shield=True):
                await self._on_disconnect()
        return None

    @classmethod
    async def end_with_service(cls, streams: Collection[anyio.CancelScope]) -> None:
        """Cancel these, and those that have come by then, once the server is told to stop."""
        await cls._listen_for_exit_signal()
        for streaming in list(streams):
            streaming.cancel()

    async def _send_all(self, sight: "_Sight") -> None:
        await sight.send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        try:
            async for chunk in self._content:
                await sight.send({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            with anyio.move_on_after(CLEANUP_SECONDS, shield=True):
                await self._content.aclose()
        sight.close()
        await sight.send({"type": "http.response.body", "body": b"", "more_body": False})


class _Sight:
    """Shows a client life, and sees whether there is any in it.

    Args:
        streaming: Cancelled when nobody listens any more.
    """

    def __init__(self, receive: Receive, send: Send, streaming: anyio.CancelScope) -> None:
        self.has_left = False
        self._send = send
        self._streaming = streaming
        self._loop = asyncio.get_running_loop()
        self._since: float | None = None  # when what is being sent was given to the client
        self._beating: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(HEARTBEAT_SECONDS, self._beat)
        self._leaving = self._loop.create_task(self._watch(receive))
        self._open = _open_streams()
        self._open.add(streaming)

    async def send(self, message: Message) -> None:
        """Send, and know since when the client has not taken it."""
        if self._since is None:
            self._since = self._loop.time()
        await self._send(message)
        self._since = None

    def close(self) -> None:
        """Neither show nor look any more."""
        self._timer.cancel()
        self._leaving.cancel()
        if self._beating is not None:
            self._beating.cancel()
        self._open.discard(self._streaming)

    def _beat(self) -> None:
        self._timer = self._loop.call_later(HEARTBEAT_SECONDS, self._beat)
        if self._since is None:
            heartbeat = {"type": "http.response.body", "body": _HEARTBEAT, "more_body": True}
            self._beating = self._loop.create_task(self.send(heartbeat))
        elif self._loop.time() - self._since >= STALL_SECONDS:
            logger.info("A client has taken nothing for %g s and was let go", STALL_SECONDS)
            self._end()

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._end()

    def _end(self) -> None:
        self.has_left = True
        self._streaming.cancel()


class _OpenStreams(set[anyio.CancelScope]):
    """What a loop streams; all of it ends with the service."""

    def __init__(self) -> None:
        super().__init__()
        self.ending = asyncio.create_task(EventStream.end_with_service(self))


_OPEN: WeakKeyDictionary[asyncio.AbstractEventLoop, _OpenStreams] = WeakKeyDictionary()


def _open_streams() -> _OpenStreams:
    loop = asyncio.get_running_loop()
    streams = _OPEN.get(loop)
    if streams is None or streams.ending.done():
        streams = _OPEN[loop] = _OpenStreams()
    return streams
