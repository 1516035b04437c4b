"""Events of a chat completion, read without losing a byte of what matters."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

import httpx2
import orjson
import pytest

from tools.errors import ErrorCategory, ModelRefused
from tools.llm.completion_events import deltas
from tools.llm.deltas import Delta
from tools.llm.usage import Usage


class Source(httpx2.AsyncByteStream):
    """What comes in each read; in the end the connection stays open, or does not."""

    def __init__(self, reads: Sequence[bytes], *, stays_open: bool) -> None:
        self._reads = reads
        self._stays_open = stays_open

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for read in self._reads:
            yield read
        if self._stays_open:
            await asyncio.Event().wait()

    async def aclose(self) -> None:
        return


def event(text: str, **choice: object) -> bytes:
    chunk = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None, **choice}]}
    return b"data: " + orjson.dumps(chunk) + b"\n\n"


STOP = event("", delta={}, finish_reason="stop")
DONE = b"data: [DONE]\n\n"


async def told(*reads: bytes, stays_open: bool = False) -> list[Delta]:
    return [
        delta async for delta in deltas(httpx2.Response(200, stream=Source(reads, stays_open=stays_open)))
    ]


async def test_what_comes_in_one_read_is_one_and_what_comes_later_another() -> None:
    found = await told(event("Hel") + event("lo "), event("there") + STOP + DONE)

    assert found == [Delta(text="Hello ", calls=[]), Delta(text="there", calls=[], reason="stop")]


async def test_events_that_repeat_each_other_are_told_one_by_one() -> None:
    source = Source([event("Hel") + event("Hello") + DONE], stays_open=False)

    found = [delta async for delta in deltas(httpx2.Response(200, stream=source), merges=False)]

    assert [delta.text for delta in found] == ["Hel", "Hello"]


async def test_events_that_are_cut_anywhere_are_whole_again() -> None:
    whole = event("你") + event("好") + STOP + DONE

    found = await told(*[whole[at : at + 7] for at in range(0, len(whole), 7)])

    assert "".join(delta.text for delta in found) == "你好"
    assert [delta.reason for delta in found if delta.reason] == ["stop"]


@pytest.mark.parametrize(
    "odd",
    [
        b": ping\n\n",
        b"event: x\n",
        b"\n",
        b'data: {"choices":[]}\n\n',
        b'data: {"choices":[{"delta":null}]}\n\n',
    ],
)
async def test_what_says_nothing_of_the_answer_is_passed_over(odd: bytes) -> None:
    assert [each.text for each in await told(event("a") + odd + event("b"))] == ["ab"]


async def test_other_line_ends_are_read_all_the_same() -> None:
    reads = [each.replace(b"\n", b"\r\n") for each in (event("a"), event("b") + STOP + DONE)]

    assert [each.text for each in await told(*reads)] == ["a", "b"]


async def test_the_end_counts_although_the_connection_stays_open() -> None:
    found = await asyncio.wait_for(told(event("a") + STOP + DONE, stays_open=True), 5)

    assert [(each.text, each.reason) for each in found] == [("a", "stop")]


async def test_a_call_of_a_tool_is_told_in_its_parts() -> None:
    parts = [
        {"index": 0, "id": "c", "function": {"name": "weather", "arguments": ""}},
        {"index": 0, "function": {"arguments": "{}"}},
    ]

    [delta] = await told(b"".join(event("", delta={"tool_calls": [part]}) for part in parts))

    assert [(each["id"], each["name"], each["args"]) for each in delta.calls] == [
        ("c", "weather", ""),
        (None, None, "{}"),
    ]


@pytest.mark.parametrize("written", ["cache_write_tokens", "cache_creation_input_tokens"])
async def test_the_last_count_of_tokens_is_that_of_all(written: str) -> None:
    def usage(**counted: object) -> bytes:
        return b"data: " + orjson.dumps({"choices": [], "usage": counted}) + b"\n\n"

    details = {"cached_tokens": 2, written: 1}
    first = usage(prompt_tokens=5, completion_tokens=1)
    last = usage(prompt_tokens=5, completion_tokens=3, prompt_tokens_details=details)

    [delta] = await told(event("a") + first + last)

    assert delta.usage == Usage(input_tokens=5, output_tokens=3, cached_tokens=2, cache_write_tokens=1)


async def test_an_error_within_the_stream_is_raised_as_what_it_means() -> None:
    error = b'data: {"error": {"code": "content_filter", "message": "no"}}\n\n'

    with pytest.raises(ModelRefused) as raised:
        await told(event("a"), error)

    assert raised.value.category is ErrorCategory.CONTENT_FILTER


@pytest.mark.parametrize(
    "broken", [b"data: {bro\n\n", event("").replace(b'"content":""', b'"content":"\xff"')]
)
async def test_an_event_that_is_no_json_breaks_the_answer(broken: bytes) -> None:
    with pytest.raises(json.JSONDecodeError):
        await told(event("a"), broken)
