"""Server-sent events of a chat completion, fewer and larger ones.

Models write some fifty words a second, each an event of its own, and the clients above make a dozen objects
of each. Pieces of text that follow each other within a moment are handed on as one, with the reason why the
answer ended and the usage that providers send after it. Everything else passes byte for byte, in its place.

Each read of a socket costs as well. Of many streams each is read less often, and more is there then.
"""

import asyncio
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

import httpx2
import orjson

_DATA = b"data: "
_END = b"\n\n"

_UNREAD = 0.25  # seconds that pieces of a text that nobody reads along are held back, to come together
_FEW = 20  # streams of one process that are read as soon as something comes, and whose readers get each piece
_PAUSE = 0.001  # seconds before a read, and between the pieces of a reader, for each stream beyond these
_LONGEST_PAUSE = 0.05
_AT_ONCE = 0.001  # seconds within which comes what was there already

_least: ContextVar[float | None] = ContextVar("least_hold", default=None)


@contextmanager
def merging(*, is_read: bool, stall_seconds: float) -> Generator[None]:
    """Merge what the requests of this block are answered with.

    Args:
        is_read: Somebody reads along: pieces are held back only while many streams are under way.
        stall_seconds: The silence that counts as a stall, of which holding back takes a small part.
    """
    token = _least.set(0.0 if is_read else min(_UNREAD, stall_seconds / 4))
    try:
        yield
    finally:
        _least.reset(token)


def merged(response: httpx2.Response) -> httpx2.Response:
    """The response, its events merged if it has any and the caller wants that."""
    least = _least.get()
    kind = response.headers.get("content-type", "")
    if least is None or not response.is_success or not kind.startswith("text/event-stream"):
        return response
    response.stream = _Merged(cast("httpx2.AsyncByteStream", response.stream), least)
    return response


class _Merged(httpx2.AsyncByteStream):
    """The bytes of a stream of events with pieces of text put together."""

    under_way = 0  # of this process

    def __init__(self, source: httpx2.AsyncByteStream, least: float) -> None:
        self._source = source
        self._least = least  # seconds that a piece is held back, whatever else goes on
        self._held: dict[str, Any] | None = None  # the first of the chunks that are held, with all they bring
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
            if had_to_wait and (pause := _pause()):
                await asyncio.sleep(pause)
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
        chunk = _chunk(event)
        if chunk is None or self._is_first:
            self._is_first = False
            return self._released() + event + _END
        now, hold = asyncio.get_running_loop().time(), max(self._least, _pause())
        if self._held is None and not hold and _is_open(chunk):
            return event + _END
        released = b""
        if self._held is None or not _take(self._held, chunk):
            released = self._released()
            self._held, self._since = chunk, now
        if _is_open(self._held) and now - self._since >= hold:
            return released + self._released()
        return released  # what has no more text to come is held until the stream ends

    def _released(self) -> bytes:
        if self._held is None:
            return b""
        event = _DATA + orjson.dumps(self._held) + _END
        self._held = None
        return event


def _pause() -> float:
    """Seconds that a stream waits for the others."""
    return min(max(0, _Merged.under_way - _FEW) * _PAUSE, _LONGEST_PAUSE)


def _chunk(event: bytes) -> dict[str, Any] | None:
    """A chunk of a completion that brings text, the reason of its end or its usage; None for other events."""
    if not event.startswith(_DATA) or b"\n" in event:
        return None
    try:
        chunk: Any = orjson.loads(event[len(_DATA) :])
    except orjson.JSONDecodeError:
        return None
    match chunk:
        case {"choices": [], "usage": {}}:
            return chunk
        case {"choices": [{"delta": {**delta}, "finish_reason": None | str(), **choice}]}:
            bare = {name: value for name, value in delta.items() if name not in ("role", "content")}
            is_text = isinstance(delta.get("content") or "", str)
            return chunk if is_text and not any(bare.values()) and not choice.get("logprobs") else None
        case _:
            return None


def _is_open(chunk: Mapping[str, Any]) -> bool:
    """Whether more text may follow."""
    return bool(chunk["choices"]) and chunk["choices"][0]["finish_reason"] is None


def _take(held: dict[str, Any], chunk: Mapping[str, Any]) -> bool:
    """Add what a chunk brings to the one that is held; False: it is to pass alone."""
    if held.get("usage") or not held["choices"]:
        return False
    if not chunk["choices"]:
        if any(held.get(name) != value for name, value in chunk.items() if name not in ("choices", "usage")):
            return False
        held["usage"] = chunk["usage"]
        return True
    if not _is_open(held):
        return False
    first, next_ = held["choices"][0], chunk["choices"][0]
    content = next_["delta"].get("content")
    if content:
        first["delta"]["content"] = (first["delta"].get("content") or "") + content
    first["finish_reason"] = next_["finish_reason"]
    if chunk.get("usage"):
        held["usage"] = chunk["usage"]
    return True
