"""The only place that writes server-sent events.

The wire format is the official LangGraph server's: CRLF line ends, ``event``, ``data`` and, for resumable
streams, ``id`` in this order, and a comment every few seconds so that proxies and clients see life.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Message

from server.stream.broker import StreamEvent

HEARTBEAT_SECONDS = 5  # clients of LangGraph learn this cadence and reconnect after three missed beats


def frame(name: str, data: bytes, event_id: str | None = None) -> bytes:
    """One event as it goes over the wire."""
    identity = f"id: {event_id}\r\n".encode() if event_id is not None else b""
    return b"event: %b\r\ndata: %b\r\n%b\r\n" % (name.encode(), data, identity)


async def frames(events: AsyncGenerator[StreamEvent], *, with_ids: bool) -> AsyncIterator[bytes]:
    """Events as frames; ids only where the client may resume by them."""
    async with aclosing(events):
        async for event in events:
            yield frame(event.name, event.data, event.id if with_ids else None)


def event_stream(
    content: AsyncIterator[bytes],
    headers: Mapping[str, str],
    *,
    on_disconnect: Callable[[], Awaitable[None]] | None = None,
) -> EventSourceResponse:
    """The response that carries frames.

    Args:
        on_disconnect: Called when the client leaves before the end.
    """

    async def client_left(_: Message) -> None:
        if on_disconnect is not None:
            with anyio.CancelScope(shield=True):  # the response's other tasks end now, and would end this one
                await on_disconnect()

    return EventSourceResponse(
        content,
        headers=dict(headers),
        ping=HEARTBEAT_SECONDS,
        ping_message_factory=_heartbeat,
        sep="\r\n",
        client_close_handler_callable=client_left,
    )


def _heartbeat() -> ServerSentEvent:
    return ServerSentEvent(comment="heartbeat")
