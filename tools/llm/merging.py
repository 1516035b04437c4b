"""Server-sent events of a chat completion, fewer and larger ones.

Models write some fifty words a second, each an event of its own, and the clients above make a dozen objects
of each. Pieces of text that follow each other within a moment are handed on as one. Only what is text and
nothing else is merged; everything else passes byte for byte, in its place.

Each read of a socket costs as well. Of many streams each is read less often, and more is there then.
"""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

import httpx2
import orjson

_DATA = b"data: "
_END = b"\n\n"

_FEW = 20  # streams of one process that are read as soon as something comes
_PAUSE = 0.001  # seconds before a read, for each stream beyond these
_LONGEST_PAUSE = 0.08
_AT_ONCE = 0.001  # seconds within which comes what was there already

_seconds: ContextVar[float] = ContextVar("merge_seconds", default=0.0)


@contextmanager
def merging(seconds: float) -> Generator[None]:
    """Merge what the requests of this block are answered with; 0: nothing is.

    Args:
        seconds: A piece that comes so long after the first that is held, takes them along. Shorter than the
            silence that counts as a stall.
    """
    token = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(token)


def merged(response: httpx2.Response) -> httpx2.Response:
    """The response, its events merged if it has any and the caller wants that."""
    seconds = _seconds.get()
    kind = response.headers.get("content-type", "")
    if not seconds or not response.is_success or not kind.startswith("text/event-stream"):
        return response
    response.stream = _Merged(cast("httpx2.AsyncByteStream", response.stream), seconds)
    return response


class _Merged(httpx2.AsyncByteStream):
    """The bytes of a stream of events with pieces of text put together."""

    under_way = 0  # of this process

    def __init__(self, source: httpx2.AsyncByteStream, seconds: float) -> None:
        self._source = source
        self._seconds = seconds
        self._held: dict[str, Any] | None = None  # the first of the pieces that are held, with all their text
        self._since = 0.0
        self._is_first = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        _Merged.under_way += 1
        try:
            async for data in self._merged():
                yield data
        finally:
            _Merged.under_way -= 1

    async def _read(self) -> AsyncIterator[bytes]:
        clock = asyncio.get_running_loop().time
        asked = clock()
        async for data in self._source:
            had_to_wait = clock() - asked > _AT_ONCE
            yield data
            others = _Merged.under_way - _FEW
            if had_to_wait and others > 0:
                await asyncio.sleep(min(others * _PAUSE, _LONGEST_PAUSE, self._seconds))
            asked = clock()

    async def _merged(self) -> AsyncIterator[bytes]:
        rest = b""
        is_plain = False
        async for data in self._read():
            is_plain = is_plain or b"\r" in data  # other line ends than expected: nothing is merged
            if is_plain:
                yield self._released() + rest + data
                rest = b""
                continue
            *events, rest = (rest + data).split(_END)
            if written := b"".join(self._passed(event) for event in events):
                yield written
        if last := self._released() + rest:
            yield last

    async def aclose(self) -> None:
        await self._source.aclose()

    def _passed(self, event: bytes) -> bytes:
        """What is to be handed on now that this event is there."""
        piece = _piece(event)
        if piece is None or self._is_first:
            self._is_first = False
            return self._released() + event + _END
        now = asyncio.get_running_loop().time()
        if self._held is None:
            self._held, self._since = piece, now
        else:
            delta = self._held["choices"][0]["delta"]
            delta["content"] += piece["choices"][0]["delta"]["content"]
        return self._released() if now - self._since >= self._seconds else b""

    def _released(self) -> bytes:
        if self._held is None:
            return b""
        event = _DATA + orjson.dumps(self._held) + _END
        self._held = None
        return event


def _piece(event: bytes) -> dict[str, Any] | None:
    """A chunk of a chat completion that brings text and nothing else; None for any other event."""
    if not event.startswith(_DATA) or b"\n" in event or b'"content"' not in event:
        return None
    try:
        chunk = orjson.loads(event[len(_DATA) :])
    except orjson.JSONDecodeError:
        return None
    match chunk:
        case {"choices": [{"delta": {"content": str(), **further}, "finish_reason": None, **choice}]} if (
            not any(further.get(name) for name in further if name != "role")
            and not choice.get("logprobs")
            and not chunk.get("usage")
        ):
            return chunk
        case _:
            return None
