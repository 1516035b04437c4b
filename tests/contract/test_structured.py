"""What every chat model keeps to when it is asked for data, over real HTTP."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from pydantic import BaseModel

from evals.model_server import FINAL, HARMLESS, Answers, Fault, Pace, ToolCall
from evals.model_server import Answer as ModelAnswer
from evals.model_server import Question as ModelQuestion
from tests.contract.serving import (
    ANTHROPIC,
    BACKOFF,
    DASHSCOPE,
    EACH_CHAT,
    OPENAI,
    Provider,
    Served,
    serving,
)
from tools.errors import ModelRefused, ModelUnavailable
from tools.llm.chat import converse
from tools.llm.chat_models import ChatModels
from tools.llm.chat_request import ChatRequest
from tools.llm.structured import MAX_REPAIRS, Answer, NoUsableAnswer, Problem, Question, ask

_OVERCOME = [
    fault
    for fault in Fault
    if fault not in FINAL | HARMLESS | {Fault.SHIFTED, Fault.WRONG_LANGUAGE}  # of names in any order
]


class Colours(BaseModel):
    names: list[str]


def _colours(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"names": list(data["ids"])}


def _question() -> Question[Colours]:
    ids = ["q1", "q2"]

    def check(answer: Colours) -> list[Problem]:
        wrong = (Counter(answer.names) - Counter(ids)) + (Counter(ids) - Counter(answer.names))
        return [Problem(item=name, message=f"{name} is wrong") for name in sorted(wrong)]

    return Question(instructions="Name the colours.", data={"ids": ids}, schema=Colours, check=check)


def _serving(provider: Provider, *faults: Fault) -> AbstractContextManager[Served]:
    return serving(provider, *faults, answers=Answers.oracle(_colours))


async def _ask(models: ChatModels) -> Answer[Colours]:
    return await ask(models, "primary", _question())


@EACH_CHAT
async def test_answer_is_validated_and_counted(provider: Provider) -> None:
    with _serving(provider) as served:
        answer = await _ask(served.models)

    assert answer.value.names == ["q1", "q2"]
    assert (answer.usage.calls, answer.repairs, answer.problems) == (1, 0, ())
    assert answer.usage.input_tokens > 0
    assert answer.usage.output_tokens > 0


@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-sonnet-5-5", "claude-fable-5-1"])
async def test_claude_that_refuses_forced_tools_is_given_the_schema_of_the_answer(model: str) -> None:
    with serving(ANTHROPIC, answers=Answers.oracle(_colours), model=model) as served:
        answer = await _ask(served.models)
        await converse(served.models, "primary", _with_tool(thinks=True))
        data, tools = (request.body for request in served.server.requests())

    assert answer.value.names == ["q1", "q2"]
    assert data["output_config"]["format"]["schema"]["additionalProperties"] is False
    assert "tools" not in data
    assert tools["tool_choice"] == {"type": "auto"}
    assert tools["thinking"] == {"type": "adaptive"}


def _with_tool(*, thinks: bool) -> ChatRequest:
    asked = [HumanMessage('{"ids": ["q1"]}')]
    return ChatRequest(messages=asked, tools=[Colours], must_call=True, thinks=thinks)


@EACH_CHAT
@pytest.mark.parametrize("fault", _OVERCOME)
async def test_fault_that_passes_is_overcome_by_one_more_request(provider: Provider, fault: Fault) -> None:
    if provider is ANTHROPIC and fault in (Fault.REFUSAL, Fault.CORRUPT_CHUNK):
        pytest.skip("Claude says that it declined, and its client passes over events without a name")
    with _serving(provider, fault) as served:
        answer = await _ask(served.models)

    assert answer.value.names == ["q1", "q2"]
    assert answer.problems == ()
    assert served.count == 2


async def test_claude_is_made_to_call_a_tool_whose_arguments_are_the_answer() -> None:
    def answer(question: ModelQuestion) -> ModelAnswer:
        assert question.must_call == "Colours"
        assert question.tools["Colours"] == Colours.model_json_schema()
        return ModelAnswer(tool_calls=[ToolCall(name="Colours", arguments=_colours(question.data))])

    with serving(ANTHROPIC, answers=Answers.of(answer)) as served:
        answered = await _ask(served.models)

    assert answered.value.names == ["q1", "q2"]
    assert served.count == 1


@pytest.mark.parametrize(
    ("provider", "format_"),
    [(OPENAI, "json_schema"), (DASHSCOPE, "json_object")],
    ids=["openai", "dashscope"],
)
async def test_schema_is_enforced_by_the_server_where_it_can(provider: Provider, format_: str) -> None:
    with _serving(provider) as served:
        await _ask(served.models)
        [request] = served.server.requests()

    assert request.body["response_format"]["type"] == format_


async def test_qwen_does_not_think_before_it_gives_data() -> None:
    with _serving(DASHSCOPE) as served:
        await _ask(served.models)
        [request] = served.server.requests()

    assert request.body["enable_thinking"] is False


@EACH_CHAT
async def test_prose_around_the_answer_costs_nothing(provider: Provider) -> None:
    with _serving(provider, Fault.PROSE) as served:
        answer = await _ask(served.models)

    assert answer.value.names == ["q1", "q2"]
    assert served.count == 1


@EACH_CHAT
@pytest.mark.parametrize(
    "fault",
    [
        Fault.RATE_LIMIT,
        Fault.SERVER_ERROR,
        Fault.UNAVAILABLE,
        Fault.DROP,
        Fault.CUT,
        Fault.SILENT_CUT,
        Fault.STALL,
    ],
)
async def test_server_that_never_answers_is_given_up(provider: Provider, fault: Fault) -> None:
    with _serving(provider, *[fault] * 9) as served, pytest.raises(ModelUnavailable):
        await _ask(served.models)

    assert served.count == BACKOFF.attempts
    assert served.models.is_down


@EACH_CHAT
async def test_refusal_is_final(provider: Provider) -> None:
    with _serving(provider, Fault.BAD_KEY) as served, pytest.raises(ModelRefused, match="401"):
        await _ask(served.models)

    assert served.count == 1


@EACH_CHAT
@pytest.mark.parametrize("fault", [Fault.BAD_JSON, Fault.LENGTH])
async def test_answer_that_never_fits_is_an_error(provider: Provider, fault: Fault) -> None:
    with _serving(provider, *[fault] * 9) as served, pytest.raises(NoUsableAnswer) as caught:
        await _ask(served.models)

    assert served.count == caught.value.usage.calls == MAX_REPAIRS + 1


@EACH_CHAT
@pytest.mark.parametrize(("fault", "item"), [(Fault.UNKNOWN_IDS, "q91"), (Fault.MISSING_IDS, "q1")])
async def test_items_that_stay_wrong_are_named(provider: Provider, fault: Fault, item: str) -> None:
    with _serving(provider, *[fault] * 9) as served:
        answer = await _ask(served.models)

    assert item in {problem.item for problem in answer.problems}
    assert served.count == MAX_REPAIRS + 1


@EACH_CHAT
async def test_calls_under_way_are_bounded(provider: Provider) -> None:
    pace = Pace(latency_seconds=0.05)
    with serving(provider, answers=Answers.oracle(_colours), pace=pace, max_concurrent=2) as served:
        await asyncio.gather(*[_ask(served.models) for _ in range(8)])

    assert served.server.log.peak == 2
