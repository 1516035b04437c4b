"""Anthropic's dialect of the model server, as its client and LangChain see it."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import anthropic
import pytest
from langchain_anthropic import ChatAnthropic

from evals.model_server import Answer, Answers, Fault, Faults, ModelServer, ToolCall, model_server

_ASK: Any = {"model": "claude", "max_tokens": 100, "messages": [{"role": "user", "content": "How are you?"}]}
_ANSWER = "Well enough, thank you, and how are you today?"
_TOOL: Any = {"name": "look_up", "input_schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(Answers.oracle({"How are you?": _ANSWER}), keys=["k"]) as server:
        yield server


@pytest.fixture
def client(server: ModelServer) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.anthropic_url, api_key="k", max_retries=0) as client:
        yield client


def test_stream_says_the_same_as_the_whole(client: anthropic.Anthropic) -> None:
    whole = client.messages.create(**_ASK)
    with client.messages.stream(**_ASK) as events:
        final = events.get_final_message()

    assert whole.content[0].text == final.content[0].text == _ANSWER
    assert whole.stop_reason == final.stop_reason == "end_turn"
    assert whole.usage.output_tokens == final.usage.output_tokens > 0


def test_stream_has_every_kind_of_event(server: ModelServer, client: anthropic.Anthropic) -> None:
    call = ToolCall(name="look_up", arguments={"n": 1})
    server.answers = Answers.scripted(Answer(text="Let me see.", reasoning="Hm.", tool_calls=[call]))
    events = [*client.messages.create(**_ASK, tools=[_TOOL], stream=True)]
    deltas = [event.delta.type for event in events if event.type == "content_block_delta"]

    assert [event.type for event in events[:2]] == ["message_start", "content_block_start"]
    assert [event.type for event in events[-2:]] == ["message_delta", "message_stop"]
    assert [*dict.fromkeys(deltas)] == ["thinking_delta", "signature_delta", "text_delta", "input_json_delta"]
    assert events[-2].delta.stop_reason == "tool_use"


def test_tool_that_must_be_called_is(server: ModelServer, client: anthropic.Anthropic) -> None:
    server.answers = Answers.random()
    message = client.messages.create(**_ASK, tools=[_TOOL], tool_choice={"type": "any"})

    assert message.content[0].name == "look_up"
    assert isinstance(message.content[0].input["n"], int)


@pytest.mark.parametrize("has_result", [True, False])
def test_call_wants_its_result_in_the_next_message(client: anthropic.Anthropic, has_result: bool) -> None:
    use = {"type": "tool_use", "id": "t", "name": "look_up", "input": {"n": 1}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": "2"}
    asked = {"type": "text", "text": "How are you?"}
    after = [result, asked] if has_result else [asked]
    messages: Any = [
        *_ASK["messages"],
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": after},
    ]
    expected = nullcontext() if has_result else pytest.raises(anthropic.BadRequestError, match="tool_result")

    with expected:
        client.messages.create(**_ASK | {"messages": messages}, tools=[_TOOL])


def test_cached_prefix_is_written_once_and_read_then(client: anthropic.Anthropic) -> None:
    system: Any = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    first, second = (client.messages.create(**_ASK, system=system).usage for _ in range(2))

    assert first.cache_creation_input_tokens == second.cache_read_input_tokens > 0
    assert first.cache_read_input_tokens == second.cache_creation_input_tokens == 0


@pytest.mark.parametrize(
    ("fault", "error", "kind"),
    [
        (Fault.RATE_LIMIT, anthropic.RateLimitError, "rate_limit_error"),
        (Fault.OVERLOADED, anthropic.InternalServerError, "overloaded_error"),
        (Fault.BAD_KEY, anthropic.AuthenticationError, "authentication_error"),
        (Fault.CONTEXT_LENGTH, anthropic.BadRequestError, "invalid_request_error"),
    ],
)
def test_error_has_its_type(
    server: ModelServer, client: anthropic.Anthropic, fault: Fault, error: type[Exception], kind: str
) -> None:
    server.faults = Faults.play(fault)

    with pytest.raises(error, match=kind):
        client.messages.create(**_ASK)


def test_error_in_the_middle_of_a_stream_is_raised(server: ModelServer, client: anthropic.Anthropic) -> None:
    server.faults = Faults.play(Fault.STREAM_ERROR)

    with (
        pytest.raises(anthropic.APIStatusError, match="Overloaded"),
        client.messages.stream(**_ASK) as events,
    ):
        events.until_done()


def test_unknown_key_is_refused(server: ModelServer) -> None:
    with (
        anthropic.Anthropic(base_url=server.anthropic_url, api_key="no", max_retries=0) as client,
        pytest.raises(anthropic.AuthenticationError),
    ):
        client.messages.create(**_ASK)


def test_refusal_has_its_own_stop_reason(server: ModelServer, client: anthropic.Anthropic) -> None:
    server.faults = Faults.play(Fault.REFUSAL)

    assert client.messages.create(**_ASK).stop_reason == "refusal"


async def test_langchain_gets_the_answer_of_dashscope_s_copy_of_the_api(server: ModelServer) -> None:
    model = ChatAnthropic(model="claude", base_url=f"{server.url}/apps/anthropic", api_key="k", max_retries=0)
    chunks = [chunk async for chunk in model.astream("How are you?")]

    assert "".join(chunk.text for chunk in chunks) == _ANSWER
