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
STOP = event("", delta={}, finish_reason="stop")
DONE = b"data: [DONE]\n\n"
TOOL = event("", delta={"content": None, "tool_calls": [{"index": 0}]})


USAGE = b'data: {"id":"c","choices":[],"usage":{"prompt_tokens":1}}\n\n'


async def handed_on(
    pieces: list[bytes], *, stall_seconds: float = 240.0, is_read: bool = False, status: int = 200
) -> list[bytes]:
    response = httpx2.Response(
        status, headers={"content-type": "text/event-stream; charset=utf-8"}, stream=Source(pieces)
    )
    with merging(is_read=is_read, stall_seconds=stall_seconds):
        response = merged(response)
    return [data async for data in response.aiter_raw()]


async def test_pieces_of_text_that_follow_each_other_are_one() -> None:
    found = await handed_on([FIRST, event("Hel"), event("lo "), event("there")])

    assert b"".join(found) == FIRST + event("Hello there")


async def test_the_end_comes_with_the_last_text_and_the_usage() -> None:
    found = await handed_on([FIRST, event("Hel"), event("lo"), STOP, USAGE, DONE])

    [chunk, done] = b"".join(found).removeprefix(FIRST).removesuffix(b"\n\n").split(b"\n\n")
    told = orjson.loads(chunk.removeprefix(b"data: "))
    assert told["choices"][0] == {"index": 0, "delta": {"content": "Hello"}, "finish_reason": "stop"}
    assert told["usage"] == {"prompt_tokens": 1}
    assert done + b"\n\n" == DONE


@pytest.mark.parametrize("other", [TOOL, b": ping\n\n", b"data: {bro\n\n", event("x", logprobs={"a": 1})])
async def test_whatever_is_not_only_text_passes_in_its_place(other: bytes) -> None:
    found = await handed_on([FIRST, event("a"), event("b"), other, event("c")])

    assert b"".join(found) == FIRST + event("ab") + other + event("c")


async def test_usage_that_tells_more_than_the_chunks_before_passes_alone() -> None:
    other = b'data: {"id":"c","choices":[],"usage":{"prompt_tokens":1},"cost":3}\n\n'

    assert b"".join(await handed_on([FIRST, STOP, other, DONE])) == FIRST + STOP + other + DONE


async def test_text_after_the_end_is_not_put_before_it() -> None:
    found = await handed_on([FIRST, event("a"), STOP, event("b"), DONE])

    assert b"".join(found) == FIRST + event("a", finish_reason="stop") + event("b") + DONE


async def test_events_that_are_cut_anywhere_are_whole_again() -> None:
    whole = FIRST + event("你") + event("好") + TOOL
    found = await handed_on([whole[at : at + 7] for at in range(0, len(whole), 7)])

    assert b"".join(found) == FIRST + event("你好") + TOOL


@pytest.mark.parametrize("broken", [b"", b'data: {"choices": [{"delta": {"content": "hal'])
async def test_a_stream_that_breaks_off_still_hands_on_what_came(broken: bytes) -> None:
    assert b"".join(await handed_on([FIRST, event("a"), event("b"), broken])) == FIRST + event("ab") + broken


@pytest.mark.parametrize(
    "odd",
    [
        event("").replace(b'"content":""', b'"content":"\\ud83d"'),  # half of a character
        event("").replace(b'"content":""', b'"content":"a","b":"c"'),  # looks the same at both ends
        event("").replace(b'"content":""', b'"content":"\xff"'),  # no UTF-8
    ],
)
async def test_an_event_that_is_no_piece_like_the_others_passes_as_it_is(odd: bytes) -> None:
    found = await handed_on([FIRST, event("a"), event("b"), odd, event("c")])

    before, after = b"".join(found).split(odd)
    assert (before, after) == (FIRST + event("ab"), event("c"))


async def test_pieces_with_marks_and_escapes_are_put_together_letter_for_letter() -> None:
    words = ['say "content":"', "\\", "\n\u0000", "渡船", "😀", ""]
    escaped = event("").replace(b'"content":""', b'"content":"\\ud83d\\ude00"')

    found = await handed_on([FIRST, *map(event, words), escaped, TOOL])

    assert b"".join(found) == FIRST + event("".join(words) + "😀") + TOOL


async def test_what_is_held_goes_on_with_the_first_piece_after_its_time() -> None:
    pieces = [FIRST, event("a"), event("b"), event("c"), event("d"), TOOL]

    assert await handed_on(pieces, stall_seconds=1e-9) == [FIRST, event("ab"), event("cd"), TOOL]


async def test_who_reads_along_is_given_each_piece_as_it_comes() -> None:
    pieces = [FIRST, event("a"), event("b"), STOP + DONE]

    assert await handed_on(pieces, is_read=True) == pieces


async def test_other_line_ends_and_other_answers_pass_as_they_are() -> None:
    pieces = [piece.replace(b"\n", b"\r\n") for piece in (FIRST, event("a"), event("b"), STOP, DONE)]

    assert await handed_on(pieces) == pieces
    assert await handed_on([FIRST, event("a"), event("b")], status=500) == [FIRST, event("a"), event("b")]
