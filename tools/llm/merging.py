"""Server-sent events of a chat completion, fewer and larger ones.

Models write some fifty words a second, each an event of its own, and the clients above make a dozen objects
of each. Pieces of text that follow each other within a moment are handed on as one, with the reason why the
answer ended and the usage that providers send after it. Everything else passes byte for byte, in its place.

Each read of a socket costs as well. Of many streams each is read less often, and more is there then.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

import httpx2
import orjson

_DATA = b"data: "
_END = b"\n\n"
_NAME = b'"content"'
_TEXT = re.compile(rb'.*"content": ?"((?:[^"\\]|\\.)*)"', re.DOTALL)

_UNREAD = 1.0  # seconds that pieces of a text that nobody reads along are held back, to come together
_FEW = 20  # streams of one process that are read as soon as something comes, and whose readers get each piece
_MANY = 70  # streams of one process, from which on pauses are longest
_PAUSE = 0.03  # seconds before a read, at most: an answer's end waits as long
_HOLD = 0.07  # seconds between the pieces that a reader gets, at most
_AT_ONCE = 0.001  # seconds within which comes what was there already

#: Under which a response may say how its connection is left alone for so many seconds.
REST = "rest"
Rest = Callable[[float], Awaitable[None]]

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
    rest: Rest = response.extensions.get(REST, asyncio.sleep)
    response.stream = _Merged(cast("httpx2.AsyncByteStream", response.stream), least, rest)
    return response


class _Merged(httpx2.AsyncByteStream):
    """The bytes of a stream of events with pieces of text put together."""

    under_way = 0  # of this process

    def __init__(self, source: httpx2.AsyncByteStream, least: float, rest: Rest) -> None:
        self._source = source
        self._least = least  # seconds that a piece is held back, whatever else goes on
        self._rest = rest
        self._held: _Held | None = None
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
            if had_to_wait and (pause := _PAUSE * _crowd()):
                await self._rest(pause)
            asked = clock()

    async def _merged(self) -> AsyncIterator[bytes]:
        rest = b""
        is_plain = False
        clock = asyncio.get_running_loop().time
        async for data in self._read():
            is_plain = is_plain or b"\r" in data  # other line ends than expected: nothing is merged
            if is_plain:
                yield self._released() + rest + data
                rest = b""
                continue
            *events, rest = (rest + data).split(_END)
            now, hold = clock(), max(self._least, _HOLD * _crowd())
            written = b"".join([self._passed(event, now, hold) for event in events])
            if self._held is not None and self._held.is_open and now - self._since >= hold:
                written += self._released()
            if written:
                yield written
        if last := self._released() + rest:
            yield last

    async def aclose(self) -> None:
        await self._source.aclose()

    def _passed(self, event: bytes, now: float, hold: float) -> bytes:
        """What is to be handed on now that this event is there."""
        if self._held is None:
            if not hold or self._is_first:
                self._is_first = False
                return event + _END
        elif self._held.add(event):
            return b""
        chunk = _chunk(event)
        if chunk is None:
            return self._released() + event + _END
        if self._held is not None and self._held.take(chunk):
            return b""
        released = self._released()
        self._held, self._since = _Held(event, chunk), now
        return released  # what has no more text to come is held until the stream ends

    def _released(self) -> bytes:
        if self._held is None:
            return b""
        event = self._held.event()
        self._held = None
        return event


class _Held:
    """A chunk that is held, with all that those after it bring.

    Most of them differ from it in their text alone, which is told by their first and last bytes: to read and
    compare all their fields would cost ten times as much.
    """

    def __init__(self, event: bytes, chunk: dict[str, Any]) -> None:
        self._chunk = chunk
        self._texts = list[str]()  # that follow the chunk's own
        self._before, self._after = _around_text(event)
        self.is_open = _is_open(chunk)  #: Whether more text may follow.

    def add(self, event: bytes) -> bool:
        """Add an event that differs in its text alone; False: this is none."""
        if not (self.is_open and self._before):
            return False
        if not (event.startswith(self._before) and event.endswith(self._after)):
            return False
        if len(event) < len(self._before) + len(self._after):
            return False
        try:
            text = orjson.loads(b'"%b"' % event[len(self._before) : -len(self._after)])
        except orjson.JSONDecodeError:
            return False
        self._texts.append(text)
        return True

    def take(self, chunk: Mapping[str, Any]) -> bool:
        """Add what a chunk brings; False: it is to pass alone."""
        self._join()
        is_taken = _take(self._chunk, chunk)
        self.is_open = _is_open(self._chunk)
        return is_taken

    def event(self) -> bytes:
        """All of it."""
        self._join()
        return _DATA + orjson.dumps(self._chunk) + _END

    def _join(self) -> None:
        if self._texts:
            delta = self._chunk["choices"][0]["delta"]
            delta["content"] = (delta.get("content") or "") + "".join(self._texts)
            self._texts.clear()


def _around_text(event: bytes) -> tuple[bytes, bytes]:
    """What stands before and after the text of a chunk; nothing where that is in doubt."""
    found = _TEXT.match(event)
    if found is None or event.count(_NAME) != 1:
        return b"", b""
    return event[: found.start(1)], event[found.end(1) :]


def _crowd() -> float:
    """How much a stream waits for the others, from 0 to 1."""
    return min(max(0, _Merged.under_way - _FEW) / (_MANY - _FEW), 1.0)


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
