"""Each fault of the model server, as a client over real HTTP sees it."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import orjson
import pytest

from evals.model_server import Answers, Fault, Faults, ModelServer, Pace, model_server

_GOLD = {"a1": "one apple", "a2": "two pears", "a3": "three plums"}
_ASK: Any = {"model": "m", "messages": [{"role": "user", "content": "fruit"}]}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(Answers.oracle({"fruit": _GOLD})) as server:
        yield server


@pytest.fixture
def client(server: ModelServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.openai_url, api_key="k", max_retries=0, timeout=60) as client:
        yield client


def _text(client: openai.OpenAI) -> str:
    return client.chat.completions.create(**_ASK).choices[0].message.content or ""


def _streamed(client: openai.OpenAI, into: list[str]) -> str | None:
    """Appends what comes; gives the finish reason."""
    reason = None
    for chunk in client.chat.completions.create(**_ASK, stream=True):
        into.append(chunk.choices[0].delta.content or "")
        reason = chunk.choices[0].finish_reason or reason
    return reason


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault.RATE_LIMIT, 429, "rate_limit_exceeded"),
        (Fault.QUOTA, 429, "insufficient_quota"),
        (Fault.SERVER_ERROR, 500, "server_error"),
        (Fault.BAD_GATEWAY, 502, None),
        (Fault.UNAVAILABLE, 503, "overloaded"),
        (Fault.OVERLOADED, 529, "overloaded"),
        (Fault.BAD_KEY, 401, "invalid_api_key"),
        (Fault.ARREARS, 402, "insufficient_credits"),
        (Fault.CONTENT_FILTER, 400, "content_filter"),
        (Fault.CONTEXT_LENGTH, 400, "context_length_exceeded"),
    ],
)
def test_http_error(
    server: ModelServer, client: openai.OpenAI, fault: Fault, status: int, code: str | None
) -> None:
    server.faults = Faults.play(fault)

    with pytest.raises(openai.APIStatusError) as caught:
        _text(client)

    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert server.requests()[0].outcome.startswith(str(status))


def test_rate_limit_says_when_to_come_again(server: ModelServer) -> None:
    server.faults = Faults(at={1: Fault.RATE_LIMIT}, retry_after_seconds=2)

    assert (
        httpx.post(f"{server.openai_url}/chat/completions", json=_ASK, timeout=60).headers["Retry-After"]
        == "2"
    )


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.CUT])
def test_reset_whole_answer(server: ModelServer, client: openai.OpenAI, fault: Fault) -> None:
    server.faults = Faults.play(fault)

    with pytest.raises(openai.APIConnectionError):
        _text(client)

    assert server.requests()[0].outcome == "broken"


def test_reset_before_the_first_byte_of_a_stream(server: ModelServer, client: openai.OpenAI) -> None:
    server.faults = Faults.play(Fault.DROP)

    with pytest.raises(openai.APIConnectionError):
        client.chat.completions.create(**_ASK, stream=True)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.CUT, (openai.APIConnectionError, httpx.TransportError)),
        (Fault.STREAM_ERROR, openai.APIError),
        (Fault.CORRUPT_CHUNK, orjson.JSONDecodeError.__mro__[1]),
    ],
    ids=["cut", "stream_error", "corrupt_chunk"],
)
def test_stream_breaks_after_its_first_half(
    server: ModelServer, client: openai.OpenAI, fault: Fault, error: type[Exception]
) -> None:
    server.faults = Faults.play(fault)
    came: list[str] = []

    with pytest.raises(error):
        _streamed(client, came)

    assert 0 < len("".join(came)) < len(orjson.dumps(_GOLD))


def test_silent_cut_ends_in_order_without_a_reason(server: ModelServer, client: openai.OpenAI) -> None:
    server.faults = Faults.play(Fault.SILENT_CUT)
    came: list[str] = []

    assert _streamed(client, came) is None
    assert 0 < len("".join(came)) < len(orjson.dumps(_GOLD))


def test_stall_keeps_the_connection_open(server: ModelServer) -> None:
    server.faults = Faults.play(Fault.STALL)
    came: list[str] = []

    with (
        openai.OpenAI(base_url=server.openai_url, api_key="k", max_retries=0, timeout=2.0) as client,
        pytest.raises((openai.APITimeoutError, httpx.TimeoutException)),
    ):
        _streamed(client, came)

    assert "".join(came)


def test_slow_start_is_late_and_whole(server: ModelServer, client: openai.OpenAI) -> None:
    server.faults = Faults(at={1: Fault.SLOW_START}, slow_seconds=0.3)
    started = time.monotonic()

    assert orjson.loads(_text(client)) == _GOLD
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault.BAD_JSON, '{"a1":"one apple","a2":"two'),
        (Fault.BAD_SHAPE, '{"result":{"value":1}}'),
        (Fault.EMPTY, ""),
        (Fault.UNKNOWN_IDS, '{"a91":"one apple","a2":"two pears","a3":"three plums"}'),
        (Fault.MISSING_IDS, '{"a2":"two pears","a3":"three plums"}'),
        (Fault.DUPLICATE_IDS, '{"a1":"one apple","a1":"one apple","a2":"two pears","a3":"three plums"}'),
        (Fault.MERGED, '{"a1":"one apple two pears","a3":"three plums"}'),
        (Fault.SHIFTED, '{"a1":"two pears","a2":"three plums","a3":"one apple"}'),
        (Fault.REORDERED, '{"a3":"three plums","a2":"two pears","a1":"one apple"}'),
        (Fault.FENCE, '```json\n{"a1":"one apple","a2":"two pears","a3":"three plums"}\n```'),
    ],
)
def test_fault_in_what_is_written(
    server: ModelServer, client: openai.OpenAI, fault: Fault, text: str
) -> None:
    server.faults = Faults.play(fault)

    assert _text(client) == text


def test_prose_surrounds_the_answer(server: ModelServer, client: openai.OpenAI) -> None:
    server.faults = Faults.play(Fault.PROSE)
    text = _text(client)

    assert text.startswith("Let me")
    assert '"three plums"}\n```\nI hope' in text


def test_refusal_is_not_the_answer(server: ModelServer, client: openai.OpenAI) -> None:
    server.faults = Faults.play(Fault.REFUSAL)

    assert _text(client) == "I'm sorry, but I can't help with that."


def test_answer_in_another_language_keeps_its_ids(server: ModelServer, client: openai.OpenAI) -> None:
    server.faults = Faults.play(Fault.WRONG_LANGUAGE)
    answer = orjson.loads(_text(client))

    assert answer.keys() == _GOLD.keys()
    assert not any(text.isascii() for text in answer.values())


def test_length_says_that_it_cut(server: ModelServer, client: openai.OpenAI) -> None:
    server.faults = Faults.play(Fault.LENGTH)
    came: list[str] = []

    assert _streamed(client, came) == "length"
    assert len("".join(came)) < len(orjson.dumps(_GOLD))


def test_usage_can_be_missing(server: ModelServer, client: openai.OpenAI) -> None:
    server.faults = Faults.play(Fault.NO_USAGE)

    assert client.chat.completions.create(**_ASK).usage is None


def test_fault_strikes_the_numbered_request_only(server: ModelServer, client: openai.OpenAI) -> None:
    server.faults = Faults(at={2: Fault.EMPTY})

    assert [bool(_text(client)) for _ in range(3)] == [True, False, True]


def test_stream_keeps_its_speed(server: ModelServer, client: openai.OpenAI) -> None:
    server.answers, server.pace = Answers.oracle({"fruit": "word " * 30}), Pace(tokens_per_second=100)
    started = time.monotonic()
    came: list[str] = []
    _streamed(client, came)

    assert [text for text in came if text] == ["word", *[" word"] * 29, " "]
    assert time.monotonic() - started >= 0.3
