"""What every chat model keeps to when it is asked for text or tools, over real HTTP."""

import asyncio
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, Field

from evals.model_server import Answer, Answers, Fault, Pace, Question, ToolCall
from tests.contract.serving import (
    ANTHROPIC,
    BACKOFF,
    DASHSCOPE,
    EACH_CHAT,
    LIMITS,
    OPENAI,
    OPENROUTER,
    Provider,
    Served,
    serving,
    until,
)
from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelRefused, ModelUnavailable
from tools.llm.chat import Piece, chat, converse, stream_chat
from tools.llm.chat_request import ChatRequest

_ASKED = [SystemMessage("Be kind."), HumanMessage("Hello")]
_ANSWER = "Good day to you, and a good journey."
_PASSING = [
    Fault.RATE_LIMIT,
    Fault.SERVER_ERROR,
    Fault.BAD_GATEWAY,
    Fault.UNAVAILABLE,
    Fault.OVERLOADED,
    Fault.DROP,
    Fault.CUT,
    Fault.SILENT_CUT,
    Fault.STALL,
    Fault.STREAM_ERROR,
    Fault.CORRUPT_CHUNK,
]
_FINAL = {
    Fault.BAD_KEY: (ErrorCategory.AUTHENTICATION, "Check the key"),
    Fault.ARREARS: (ErrorCategory.QUOTA, "unpaid"),
    Fault.QUOTA: (ErrorCategory.QUOTA, "used up"),
    Fault.CONTENT_FILTER: (ErrorCategory.CONTENT_FILTER, "content filter"),
    Fault.CONTEXT_LENGTH: (ErrorCategory.TOO_LARGE, "longer context"),
}
_MANY = 25  # streams: of more than 20, each is read less often


async def _outcome(served: Served) -> str:
    [request] = served.server.requests()
    await until(lambda: request.outcome != "open")
    return request.outcome


class Weather(BaseModel):
    """Tells the weather of a place."""

    place: str = Field(description="Where.")


@EACH_CHAT
async def test_text_is_answered_and_counted(provider: Provider) -> None:
    with serving(provider) as served:
        answered = await chat(served.models, "primary", _ASKED)

    assert answered.value == _ANSWER
    assert answered.usage.calls == 1
    assert answered.usage.input_tokens > 0
    assert answered.usage.output_tokens > 0


@EACH_CHAT
async def test_answer_comes_in_pieces_while_it_is_written(provider: Provider) -> None:
    with serving(provider) as served:
        async with stream_chat(served.models, "primary", _ASKED) as stream:
            pieces = [piece async for piece in stream]

    assert len(pieces) > 3
    assert "".join(piece.text for piece in pieces) == _ANSWER
    assert not any(piece.begins_anew for piece in pieces)
    assert stream.answer is not None
    assert stream.answer.value == _ANSWER


@EACH_CHAT
@pytest.mark.parametrize("fault", [Fault.CUT, Fault.SILENT_CUT, Fault.STALL])
async def test_stream_that_broke_off_begins_anew(provider: Provider, fault: Fault) -> None:
    with serving(provider, fault) as served:
        async with stream_chat(served.models, "primary", _ASKED) as stream:
            pieces = [piece async for piece in stream]

    [begin] = [index for index, piece in enumerate(pieces) if piece.begins_anew]
    assert begin > 0
    assert "".join(piece.text for piece in pieces[begin:]) == _ANSWER
    assert served.count == 2


@EACH_CHAT
@pytest.mark.parametrize("fault", [Fault.CUT, Fault.SILENT_CUT, Fault.STALL, Fault.LENGTH])
async def test_half_a_stream_never_passes_for_a_whole(provider: Provider, fault: Fault) -> None:
    pieces: list[Piece] = []
    with serving(provider, *[fault] * 9) as served:
        async with stream_chat(served.models, "primary", _ASKED) as stream:
            with pytest.raises((ModelUnavailable, ModelAnswerInvalid)):
                pieces += [piece async for piece in stream]

    assert stream.answer is None


@EACH_CHAT
async def test_tools_are_called_with_arguments(provider: Provider) -> None:
    def answer(question: Question) -> Answer:
        assert "place" in question.tools["Weather"]["properties"]
        return Answer(tool_calls=[ToolCall(name="Weather", arguments={"place": f"Paris, {i}"}) for i in "AB"])

    with serving(provider, answers=Answers.of(answer)) as served:
        request = ChatRequest(messages=_ASKED, tools=[Weather], must_call=True)
        answered = await converse(served.models, "primary", request)

    calls = answered.value.tool_calls
    assert [(call["name"], call["args"]) for call in calls] == [
        ("Weather", {"place": "Paris, A"}),
        ("Weather", {"place": "Paris, B"}),
    ]
    assert all(call["id"] for call in calls)


@EACH_CHAT
async def test_leaving_a_stream_cancels_the_request(provider: Provider) -> None:
    long = Answers.of(lambda _: "word " * 500)
    with serving(provider, answers=long, pace=Pace(tokens_per_second=50)) as served:
        async with stream_chat(served.models, "primary", _ASKED) as stream:
            await anext(stream)

        assert await _outcome(served) == "client_left"


@EACH_CHAT
async def test_cancelling_the_caller_cancels_the_request(provider: Provider) -> None:
    long = Answers.of(lambda _: "word " * 500)
    with serving(provider, answers=long, pace=Pace(tokens_per_second=50)) as served:
        asking = asyncio.create_task(chat(served.models, "primary", _ASKED))
        await until(lambda: served.count == 1)
        asking.cancel()
        await asyncio.wait({asking})

        assert asking.cancelled()
        assert await _outcome(served) == "client_left"


@EACH_CHAT
@pytest.mark.parametrize("is_read", [False, True])
async def test_cancelling_stalled_streams_leaves_no_connection_open(
    provider: Provider, is_read: bool
) -> None:
    async def ask(served: Served) -> None:
        if not is_read:
            await chat(served.models, "primary", _ASKED)
            return
        async with stream_chat(served.models, "primary", _ASKED) as stream:
            async for _ in stream:
                pass

    stalls = [Fault.STALL] * _MANY
    with serving(provider, *stalls, limits=LIMITS, max_concurrent=_MANY) as served:
        asking = [asyncio.create_task(ask(served)) for _ in range(_MANY)]
        await until(lambda: served.server.log.in_flight == _MANY)
        for task in asking:
            task.cancel()
        await asyncio.wait(asking)

        await until(lambda: not served.connections)
    assert all(task.cancelled() for task in asking)


@EACH_CHAT
@pytest.mark.parametrize("fault", _PASSING)
async def test_fault_that_passes_costs_one_more_request(provider: Provider, fault: Fault) -> None:
    with serving(provider, fault) as served:
        answered = await chat(served.models, "primary", _ASKED)

    assert answered.value == _ANSWER
    # Anthropic's client passes over events without a name; nothing of the answer is in this one.
    is_harmless = provider is ANTHROPIC and fault is Fault.CORRUPT_CHUNK
    assert served.count == (1 if is_harmless else 2)


@EACH_CHAT
async def test_fault_that_stays_is_given_up(provider: Provider) -> None:
    with serving(provider, *[Fault.UNAVAILABLE] * 9) as served, pytest.raises(ModelUnavailable, match="503"):
        await chat(served.models, "primary", _ASKED)

    assert served.count == BACKOFF.attempts


@EACH_CHAT
@pytest.mark.parametrize("fault", _FINAL)
async def test_refusal_is_final_and_says_what_to_do(provider: Provider, fault: Fault) -> None:
    category, hint = _FINAL[fault]
    with serving(provider, fault) as served, pytest.raises(ModelRefused) as caught:
        await chat(served.models, "primary", _ASKED)

    assert caught.value.category is category
    assert hint in caught.value.hint
    assert served.count == 1


@EACH_CHAT
async def test_key_that_the_provider_does_not_know_is_refused_once(provider: Provider) -> None:
    with serving(provider, key="wrong") as served, pytest.raises(ModelRefused, match="401") as caught:
        await chat(served.models, "primary", _ASKED)

    assert caught.value.category is ErrorCategory.AUTHENTICATION
    assert served.count == 1


@EACH_CHAT
@pytest.mark.parametrize(
    ("fault", "code"), [(Fault.LENGTH, "model_answer_cut"), (Fault.EMPTY, "model_answer_empty")]
)
async def test_answer_of_no_use_is_an_error(provider: Provider, fault: Fault, code: str) -> None:
    with serving(provider, *[fault] * 9) as served, pytest.raises(ModelAnswerInvalid) as caught:
        await chat(served.models, "primary", _ASKED)

    assert caught.value.code == code


@EACH_CHAT
async def test_slow_start_is_waited_for_longer_than_a_pause_between_pieces(provider: Provider) -> None:
    with serving(provider, Fault.SLOW_START) as served:
        answered = await chat(served.models, "primary", _ASKED)

    assert served.server.faults.slow_seconds > served.models.limits.idle
    assert answered.value == _ANSWER
    assert served.count == 1


@EACH_CHAT
async def test_tokens_may_go_uncounted(provider: Provider) -> None:
    with serving(provider, Fault.NO_USAGE) as served:
        answered = await chat(served.models, "primary", _ASKED)

    assert answered.value == _ANSWER
    assert answered.usage.calls == 1


@EACH_CHAT
async def test_length_may_be_limited(provider: Provider) -> None:
    with serving(provider) as served, pytest.raises(ModelAnswerInvalid, match="length limit"):
        await chat(served.models, "primary", _ASKED, max_tokens=2)


@pytest.mark.parametrize("thinks", [False, True])
async def test_qwen_thinks_only_when_asked_to(thinks: bool) -> None:
    def answer(question: Question) -> Answer:
        return Answer(text="Yes.", reasoning="Hm, well." if question.thinks else "")

    with serving(DASHSCOPE, answers=Answers.of(answer)) as served:
        answered = await chat(served.models, "primary", _ASKED, thinks=thinks)
        [request] = served.server.requests()

    assert answered.value == "Yes."
    assert request.body["enable_thinking"] is thinks


async def test_claude_thinks_when_asked_to_and_its_thoughts_are_no_answer() -> None:
    def answer(question: Question) -> Answer:
        return Answer(text="Yes.", reasoning="Hm, well." if question.thinks else "")

    with serving(ANTHROPIC, answers=Answers.of(answer)) as served:
        answered = await chat(served.models, "primary", _ASKED, thinks=True, max_tokens=100)
        [request] = served.server.requests()

    assert answered.value == "Yes."
    assert request.body["thinking"]["type"] == "enabled"
    assert request.body["max_tokens"] == 100 + request.body["thinking"]["budget_tokens"]


async def test_claude_keeps_the_stable_part_of_the_prompt_in_its_cache() -> None:
    with serving(ANTHROPIC) as served:
        for text in ("Hello", "Good evening"):
            await chat(served.models, "primary", [SystemMessage("Be kind. " * 50), HumanMessage(text)])
        first, second = served.server.requests()

    for request in (first, second):
        [block] = request.body["system"]
        assert block["cache_control"] == {"type": "ephemeral"}
        assert "cache_control" not in str(request.body["messages"])


@pytest.mark.parametrize("provider", [DASHSCOPE, ANTHROPIC], ids=lambda provider: provider.name)
async def test_long_instructions_are_read_from_the_providers_cache_the_second_time(
    provider: Provider,
) -> None:
    with serving(provider) as served:
        cached = [
            (
                await chat(served.models, "primary", [SystemMessage("Be kind. " * 500), HumanMessage(text)])
            ).usage
            for text in ("Hello", "Good evening")
        ]

    assert cached[0].cached_tokens == 0
    assert cached[0].cache_write_tokens == cached[1].cached_tokens
    assert cached[1].cache_write_tokens == 0
    assert cached[1].cached_tokens > 900
    assert cached[1].input_tokens > cached[1].cached_tokens


async def test_qwen_is_told_to_keep_instructions_only_when_they_are_long() -> None:
    with serving(DASHSCOPE) as served:
        for times in (1, 500):
            await chat(served.models, "primary", [SystemMessage("Be kind. " * times), HumanMessage("Hello")])
        short, long = served.server.requests()

    assert "cache_control" not in str(short.body)
    assert long.body["messages"][0]["content"][0]["cache_control"] == {"type": "ephemeral"}


async def test_claude_that_declines_has_refused() -> None:
    with serving(ANTHROPIC, Fault.REFUSAL) as served, pytest.raises(ModelRefused, match="declined") as caught:
        await chat(served.models, "primary", _ASKED)

    assert caught.value.category is ErrorCategory.CONTENT_FILTER
    assert served.count == 1


async def test_openrouter_is_asked_not_to_think() -> None:
    with serving(OPENROUTER) as served:
        await chat(served.models, "primary", _ASKED)
        [request] = served.server.requests()

    assert request.body["reasoning"] == {"enabled": False}


async def test_conversation_with_tools_goes_on_with_their_results() -> None:
    messages: list[Any] = [
        HumanMessage("How is the weather?"),
        AIMessage("", tool_calls=[{"name": "Weather", "args": {"place": "Paris"}, "id": "call_1"}]),
        {"role": "tool", "content": "Sunny", "tool_call_id": "call_1"},
    ]
    with serving(OPENAI) as served:
        answered = await converse(served.models, "primary", ChatRequest(messages=messages, tools=[Weather]))

    assert answered.value.text == _ANSWER
