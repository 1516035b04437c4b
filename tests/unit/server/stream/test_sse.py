"""Frames as they go over the wire, and the response that carries them."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from server.stream import event_stream as response_module
from server.stream.entry import Entry, StreamEvent
from server.stream.event_stream import EventStream
from server.stream.sse import frame, frames

ENTRY = Entry((1, 1), [StreamEvent("1-0", "values", b"{}"), StreamEvent("1-1", "custom", b"[]")])


def test_a_frame_has_crlf_lines_and_an_empty_one_at_its_end() -> None:
    assert frame("values", b'{"a":1}') == b'event: values\r\ndata: {"a":1}\r\n\r\n'


def test_the_id_comes_after_the_data() -> None:
    assert frame("values", b"{}", "1-0") == b"event: values\r\ndata: {}\r\nid: 1-0\r\n\r\n"


async def encoded(entry: Entry, *, with_ids: bool) -> bytes:
    async def entries() -> Any:
        yield entry

    return b"".join([chunk async for chunk in frames(entries(), with_ids=with_ids)])


async def test_an_entry_is_encoded_once_for_all_who_want_it_so() -> None:
    first = await encoded(ENTRY, with_ids=True)

    assert first == frame("values", b"{}", "1-0") + frame("custom", b"[]", "1-1")
    assert await encoded(ENTRY, with_ids=False) == frame("values", b"{}") + frame("custom", b"[]")
    assert ENTRY.encoded == {True: first, False: await encoded(ENTRY, with_ids=False)}


async def test_a_snapshot_is_an_event_with_a_comment() -> None:
    entry = Entry((1, 0), [StreamEvent("1-0", "values", b"{}")], is_snapshot=True)

    assert await encoded(entry, with_ids=True) == b": snapshot\r\n" + frame("values", b"{}", "1-0")


async def test_a_client_that_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_module, "STALL_SECONDS", 0.01)
    monkeypatch.setattr(response_module, "HEARTBEAT_SECONDS", 0.01)
    told: list[str] = []
    sent: list[dict[str, Any]] = []

    async def content() -> AsyncGenerator[bytes]:
        try:
            while True:
                yield frame("values", b"{}")
        finally:
            told.append("content closed")

    async def left() -> None:
        told.append("left")

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) == 3:
            await asyncio.Event().wait()

    response = EventStream(content(), {}, on_disconnect=left)
    await response({"type": "http", "method": "GET"}, asyncio.Event().wait, send)  # type: ignore[arg-type]

    assert told == ["content closed", "left"]
    assert all(message.get("more_body", True) for message in sent)
