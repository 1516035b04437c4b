"""The only place that writes server-sent events.

The wire format is the official LangGraph server's: CRLF line ends, ``event``, ``data`` and, for resumable
streams, ``id`` in this order, and a comment every few seconds so that proxies and clients see life.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Message, Receive, Scope, Send

from server.stream.entry import Entry

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5  # clients of LangGraph learn this cadence and reconnect after three missed beats
STALL_SECONDS = 30  # after which a client that takes nothing is let go: its events are in Redis
_SNAPSHOT = b": snapshot\r\n"  # a comment: clients that do not look for it see an event like any other


def frame(name: str, data: bytes, event_id: str | None = None) -> bytes:
    """One event as it goes over the wire."""
    identity = f"id: {event_id}\r\n".encode() if event_id is not None else b""
    return b"event: %b\r\ndata: %b\r\n%b\r\n" % (name.encode(), data, identity)


async def frames(entries: AsyncGenerator[Entry], *, with_ids: bool) -> AsyncIterator[bytes]:
    """Entries as frames; ids only where the client may resume by them."""
    async with aclosing(entries):
        async for entry in entries:
            yield _encoded(entry, with_ids=with_ids)


async def with_end(content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Frames with one more that tells of the end, which spares LangGraph's clients a question."""
    async for chunk in content:
        yield chunk
    yield frame("end", b"null")


def _encoded(entry: Entry, *, with_ids: bool) -> bytes:
    """All frames of an entry, made once for all of its readers."""
    found = entry.encoded.get(with_ids)
    if found is None:
        parts = [frame(name, data, event_id if with_ids else None) for event_id, name, data in entry.events]
        found = entry.encoded[with_ids] = (_SNAPSHOT if entry.is_snapshot else b"") + b"".join(parts)
    return found


def event_stream(
    content: AsyncIterator[bytes],
    headers: Mapping[str, str],
    *,
    on_disconnect: Callable[[], Awaitable[None]] | None = None,
) -> EventSourceResponse:
    """The response that carries frames.

    Args:
        on_disconnect: Called when the client leaves before the end, or takes nothing for STALL_SECONDS.
    """

    async def client_left(_: Message | None = None) -> None:
        if on_disconnect is not None:
            with anyio.CancelScope(shield=True):  # the response's other tasks end now, and would end this one
                await on_disconnect()

    response = _EventStream(
        content,
        headers=dict(headers),
        ping=HEARTBEAT_SECONDS,
        ping_message_factory=_heartbeat,
        sep="\r\n",
        client_close_handler_callable=client_left,
    )
    response.client_left = client_left
    return response


class _EventStream(EventSourceResponse):
    """Breaks off, without an end that could be taken for the run's, when its client takes nothing."""

    client_left: Callable[[], Awaitable[None]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with anyio.CancelScope() as stalled:
            clock = _StallClock(stalled.cancel)

            async def send_timed(message: Message) -> None:
                clock.start()
                await send(message)
                clock.stop()

            try:
                await super().__call__(scope, receive, send_timed)
            finally:
                clock.close()
        if stalled.cancelled_caught:
            logger.info("A client has taken nothing for %g s and was let go", STALL_SECONDS)
            await self.client_left()


class _StallClock:
    """Watches how long a client takes what it is sent; a time-out of its own for every chunk costs more."""

    def __init__(self, give_up: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._give_up = give_up
        self._since: float | None = None
        self._timer = self._loop.call_later(STALL_SECONDS, self._look)

    def start(self) -> None:
        """Something is sent."""
        if self._since is None:
            self._since = self._loop.time()

    def stop(self) -> None:
        """It was taken."""
        self._since = None

    def close(self) -> None:
        """Nothing more is sent."""
        self._timer.cancel()

    def _look(self) -> None:
        waited = 0 if self._since is None else self._loop.time() - self._since
        if waited >= STALL_SECONDS:
            self._give_up()
        else:
            self._timer = self._loop.call_later(STALL_SECONDS - waited, self._look)


def _heartbeat() -> ServerSentEvent:
    return ServerSentEvent(comment="heartbeat")
