"""Events of a chat completion, put together without losing a byte of what matters."""

from collections.abc import AsyncIterator

import httpx2
import orjson
import pytest

from tools.llm.merging import merged, merging


class Source(httpx2.AsyncByteStream):
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece

    async def aclose(self) -> None:
        return


def event(text: str, **choice: object) -> bytes:
    chunk = {
        "id": "c",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None, **choice}],
    }
    return b"data: " + orjson.dumps(chunk) + b"\n\n"


FIRST = event("", delta={"role": "assistant", "content": ""})
LAST = event("", delta={}, finish_reason="stop") + b"data: [DONE]\n\n"
TOOL = event("", delta={"content": None, "tool_calls": [{"index": 0}]})


async def handed_on(pieces: list[bytes], seconds: float = 60.0, status: int = 200) -> list[bytes]:
    response = httpx2.Response(
        status, headers={"content-type": "text/event-stream; charset=utf-8"}, stream=Source(pieces)
    )
    with merging(seconds):
        response = merged(response)
    return [data async for data in response.aiter_raw()]


async def test_pieces_of_text_that_follow_each_other_are_one() -> None:
    found = await handed_on([FIRST, event("Hel"), event("lo "), event("there"), LAST])

    assert b"".join(found) == FIRST + event("Hello there") + LAST


@pytest.mark.parametrize(
    "other", [TOOL, event("x", finish_reason="length"), b": ping\n\n", b"data: {bro\n\n"]
)
async def test_whatever_is_not_only_text_passes_in_its_place(other: bytes) -> None:
    found = await handed_on([FIRST, event("a"), event("b"), other, event("c"), LAST])

    assert b"".join(found) == FIRST + event("ab") + other + event("c") + LAST


async def test_events_that_are_cut_anywhere_are_whole_again() -> None:
    whole = FIRST + event("你") + event("好") + LAST
    found = await handed_on([whole[at : at + 7] for at in range(0, len(whole), 7)])

    assert b"".join(found) == FIRST + event("你好") + LAST


@pytest.mark.parametrize("broken", [b"", b'data: {"choices": [{"delta": {"content": "hal'])
async def test_a_stream_that_breaks_off_still_hands_on_what_came(broken: bytes) -> None:
    assert b"".join(await handed_on([FIRST, event("a"), event("b"), broken])) == FIRST + event("ab") + broken


async def test_what_is_held_goes_on_with_the_first_piece_after_its_time() -> None:
    pieces = [FIRST, event("a"), event("b"), event("c"), event("d"), LAST]

    assert await handed_on(pieces, seconds=1e-9) == [FIRST, event("ab"), event("cd"), LAST]


async def test_other_line_ends_and_other_answers_pass_as_they_are() -> None:
    pieces = [piece.replace(b"\n", b"\r\n") for piece in (FIRST, event("a"), event("b"), LAST)]

    assert await handed_on(pieces) == pieces
    assert await handed_on([FIRST, event("a"), event("b")], seconds=0) == [FIRST, event("a"), event("b")]
    assert await handed_on([FIRST, event("a"), event("b")], status=500) == [FIRST, event("a"), event("b")]
