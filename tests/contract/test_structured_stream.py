"""What every chat model keeps to when it is asked for a list of objects, over real HTTP."""

from contextlib import aclosing
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel

from evals.model_server import Answers, Fault, Pace
from prompts import PROMPTS
from tests.contract.serving import EACH_CHAT, OPENAI, Provider, Served, serving, until
from tools.errors import ModelAnswerInvalid, ModelUnavailable
from tools.llm.structured_stream import stream_objects

_ROWS = [{"id": str(number), "text": f"This is line number {number}."} for number in range(1, 6)]
_ASKED = [SystemMessage("Give rows."), HumanMessage("{}")]


class Rows(BaseModel):
    rows: list[dict[str, str]]


def _rows(_: Any) -> dict[str, Any]:
    return {"rows": _ROWS}


def _stream(served: Served) -> Any:
    prompt = PROMPTS["dialogue/replies.en"]
    return stream_objects(served.models, "primary", _ASKED, schema=Rows, key="rows", prompt=prompt)


@EACH_CHAT
async def test_object_is_there_while_the_next_is_written(provider: Provider) -> None:
    endless = Answers.oracle(lambda _: {"rows": _ROWS * 1000})  # at this pace
    with serving(provider, answers=endless, pace=Pace(tokens_per_second=100)) as served:
        async with aclosing(_stream(served)) as objects:
            first = await anext(objects)
        [request] = served.server.requests()
        await until(lambda: request.outcome != "open")

    assert first == _ROWS[0]
    assert request.outcome == "client_left"


@EACH_CHAT
async def test_every_object_comes_once(provider: Provider) -> None:
    with serving(provider, answers=Answers.oracle(_rows)) as served:
        found = [row async for row in _stream(served)]

    assert found == _ROWS


async def test_objects_of_an_answer_that_is_begun_anew_follow_those_that_came() -> None:
    with serving(OPENAI, Fault.CUT, answers=Answers.oracle(_rows)) as served:
        found = [row async for row in _stream(served)]

    assert found[-len(_ROWS) :] == _ROWS
    assert found[: len(found) - len(_ROWS)] == _ROWS[: len(found) - len(_ROWS)]


@pytest.mark.parametrize(
    ("fault", "error"), [(Fault.LENGTH, ModelAnswerInvalid), (Fault.UNAVAILABLE, ModelUnavailable)]
)
async def test_answer_that_never_ends_well_is_an_error(fault: Fault, error: type[Exception]) -> None:
    with serving(OPENAI, *[fault] * 3, answers=Answers.oracle(_rows)) as served, pytest.raises(error):
        [row async for row in _stream(served)]
