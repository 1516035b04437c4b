"""Server-sent events as they go over the wire; ``EventStream`` carries them.

The wire format is the official LangGraph server's: CRLF line ends, ``event``, ``data`` and, for resumable
streams, ``id`` in this order, and a comment every few seconds so that proxies and clients see life.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from server.stream.entry import Entry

_SNAPSHOT = b": snapshot\r\n"  # a comment: clients that do not look for it see an event like any other


def frame(name: str, data: bytes, event_id: str | None = None) -> bytes:
    """One event as it goes over the wire."""
    identity = f"id: {event_id}\r\n".encode() if event_id is not None else b""
    return b"event: %b\r\ndata: %b\r\n%b\r\n" % (name.encode(), data, identity)


async def frames(entries: AsyncGenerator[Entry], *, with_ids: bool) -> AsyncGenerator[bytes]:
    """Entries as frames; ids only where the client may resume by them."""
    async with aclosing(entries):
        async for entry in entries:
            yield _encoded(entry, with_ids=with_ids)


async def with_end(content: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """Frames with one more that tells of the end, which spares LangGraph's clients a question."""
    async with aclosing(content):
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
