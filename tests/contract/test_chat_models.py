"""What every chat model keeps to, over real HTTP: each fault has the behaviour that is documented."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import BaseModel

from evals.model_server import FINAL, HARMLESS, Answers, Fault, Faults, ModelServer, Pace, model_server
from tools.errors import ModelError, ModelRefused, ModelUnavailable
from tools.llm.chat_models import ChatModels
from tools.llm.completion import TimeLimits
from tools.llm.retries import Backoff
from tools.llm.roles import choose
from tools.llm.structured import MAX_REPAIRS, Answer, NoUsableAnswer, Problem, Question, ask

_LIMITS = TimeLimits(first_token=5, idle=0.3, total=10)
_OVERCOME = [
    fault
    for fault in Fault
    if fault not in FINAL | HARMLESS | {Fault.SHIFTED, Fault.WRONG_LANGUAGE}  # of names in any order
]
_BACKOFF = Backoff(attempts=3, first_seconds=0.01)


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


@contextmanager
def _serving(*faults: Fault) -> Iterator[tuple[ModelServer, ChatModels]]:
    with model_server(Answers.oracle(_colours), faults=Faults.play(*faults)) as server:
        choice = choose("openai:scripted", base_url=server.openai_url, api_key="sk-secret")
        yield server, ChatModels({"primary": choice}, limits=_LIMITS, backoff=_BACKOFF)


async def _ask(models: ChatModels) -> Answer[Colours]:
    return await ask(models, "primary", _question())


async def test_answer_is_validated_and_counted() -> None:
    with _serving() as (_, models):
        answer = await _ask(models)

    assert answer.value.names == ["q1", "q2"]
    assert (answer.usage.calls, answer.repairs, answer.problems) == (1, 0, ())
    assert answer.usage.input_tokens > 0
    assert answer.usage.output_tokens > 0


@pytest.mark.parametrize("fault", _OVERCOME)
async def test_fault_that_passes_is_overcome_by_one_more_request(fault: Fault) -> None:
    with _serving(fault) as (server, models):
        answer = await _ask(models)

    assert answer.value.names == ["q1", "q2"]
    assert answer.problems == ()
    assert len(server.requests()) == 2


async def test_prose_around_the_answer_costs_nothing() -> None:
    with _serving(Fault.PROSE) as (server, models):
        answer = await _ask(models)

    assert answer.value.names == ["q1", "q2"]
    assert len(server.requests()) == 1


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
async def test_server_that_never_answers_is_given_up(fault: Fault) -> None:
    with _serving(*[fault] * 9) as (server, models), pytest.raises(ModelUnavailable):
        await _ask(models)

    assert len(server.requests()) == _BACKOFF.attempts
    assert models.is_down


async def test_refusal_is_final() -> None:
    with _serving(Fault.BAD_KEY) as (server, models), pytest.raises(ModelRefused, match="401"):
        await _ask(models)

    assert len(server.requests()) == 1


@pytest.mark.parametrize("fault", [Fault.BAD_JSON, Fault.LENGTH])
async def test_answer_that_never_fits_is_an_error(fault: Fault) -> None:
    with _serving(*[fault] * 9) as (server, models), pytest.raises(NoUsableAnswer) as caught:
        await _ask(models)

    assert len(server.requests()) == caught.value.usage.calls == MAX_REPAIRS + 1


@pytest.mark.parametrize(("fault", "item"), [(Fault.UNKNOWN_IDS, "q91"), (Fault.MISSING_IDS, "q1")])
async def test_items_that_stay_wrong_are_named(fault: Fault, item: str) -> None:
    with _serving(*[fault] * 9) as (server, models):
        answer = await _ask(models)

    assert item in {problem.item for problem in answer.problems}
    assert len(server.requests()) == MAX_REPAIRS + 1


async def test_calls_under_way_are_bounded() -> None:
    answers = Answers.oracle(_colours)
    with model_server(answers, pace=Pace(latency_seconds=0.05)) as server:
        choice = choose("openai:scripted", base_url=server.openai_url)
        models = ChatModels({"primary": choice}, max_concurrent=2)
        await asyncio.gather(*[_ask(models) for _ in range(8)])

    assert server.log.peak == 2


async def test_key_shows_in_no_error() -> None:
    with _serving(*[Fault.SERVER_ERROR] * 9) as (_, models), pytest.raises(ModelError) as caught:
        await _ask(models)

    assert "sk-secret" not in f"{caught.value!r} {caught.value.__cause__!r}"
