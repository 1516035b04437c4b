"""What is asked again is answered from the cache, whatever is asked, and is the same answer."""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from langchain_core.messages import HumanMessage
from pydantic import BaseModel

from evals.model_server import Answer, Answers, Question, ToolCall
from tests.contract.serving import ANTHROPIC, DASHSCOPE, OPENAI, Provider, serving
from tools.llm.answer_cache import LocalAnswers, digested
from tools.llm.chat import chat, converse, stream_chat
from tools.llm.chat_models import ChatModels
from tools.llm.chat_request import ChatRequest
from tools.llm.embedding import embed
from tools.llm.omni import utter
from tools.llm.reranking import rerank
from tools.llm.speech import Sound, speak
from tools.llm.transcription import transcribe
from tools.llm.translation import TranslationOptions, translate
from tools.llm.usage import CallRecord
from tools.llm.watching import Sending, watch

Ask = Callable[[ChatModels, str], Awaitable[Any]]


class Weather(BaseModel):
    """Tells the weather of a place."""

    place: str


async def _stream(models: ChatModels, text: str) -> str:
    async with stream_chat(models, "primary", [HumanMessage(text)]) as stream:
        return "".join([piece.text async for piece in stream])


async def _call_tools(models: ChatModels, text: str) -> Any:
    request = ChatRequest(messages=[HumanMessage(text)], tools=[Weather], must_call=True)
    answered = await converse(models, "primary", request)
    return [(call["name"], call["args"]) for call in answered.value.tool_calls]


async def _value(asking: Awaitable[Any]) -> Any:
    return (await asking).value


async def _translate(models: ChatModels, text: str) -> list[str]:
    """What who reads along is given."""
    pieces = list[str]()
    options = TranslationOptions(target="en")
    answered = await translate(models, text, options, role="primary", on_text=pieces.append)
    assert "".join(pieces) == answered.value
    return [answered.value]


async def _utter(models: ChatModels, text: str) -> tuple[str, bytes]:
    samples = bytearray()
    messages = [{"role": "user", "content": text}]
    answered = await utter(
        models, messages, voice="Tina", on_piece=lambda piece: samples.extend(piece.samples)
    )
    return answered.value.text, bytes(samples)


_ASKED: dict[str, tuple[Provider, str, Ask]] = {
    "text": (OPENAI, "m", lambda models, text: _value(chat(models, "primary", [HumanMessage(text)]))),
    "text of Claude": (
        ANTHROPIC,
        "m",
        lambda models, text: _value(chat(models, "primary", [HumanMessage(text)])),
    ),
    "stream": (OPENAI, "m", _stream),
    "tools": (OPENAI, "m", _call_tools),
    "vectors": (OPENAI, "m", lambda models, text: _value(embed(models, [text, "x"], role="primary"))),
    "order": (
        DASHSCOPE,
        "qwen3-rerank",
        lambda models, text: _value(rerank(models, text, ["one", "two"], role="primary")),
    ),
    "translation": (DASHSCOPE, "qwen-mt-plus", _translate),
    "speech": (
        DASHSCOPE,
        "qwen3-tts-flash",
        lambda models, text: _value(speak(models, text, voice="Tina", role="primary")),
    ),
    "transcript": (
        DASHSCOPE,
        "qwen3-asr-flash",
        lambda models, text: _value(transcribe(models, Sound(data=text.encode()), role="primary")),
    ),
    "utterance": (DASHSCOPE, "qwen3.5-omni-plus", _utter),
}


def _answer(question: Question) -> Answer:
    asked = question.messages[-1].text if question.messages else "x"
    if question.tools:
        return Answer(tool_calls=[ToolCall(name="Weather", arguments={"place": asked})])
    return Answer(text=f"An answer to {asked}")


@pytest.mark.parametrize("what", _ASKED)
async def test_what_is_asked_again_is_not_sent_again(what: str) -> None:
    provider, model, ask = _ASKED[what]
    with serving(provider, model=model, answers=Answers.of(_answer)) as served:
        served.models.layer = replace(served.models.layer, answers=LocalAnswers(60))
        first = await ask(served.models, "one")
        sent = served.count
        again = await ask(served.models, "one")

        assert served.count == sent
        await ask(served.models, "two")
        assert served.count > sent
    assert type(first) is type(again)
    np.testing.assert_equal(first, again)


class _Recorder:
    """Writes down requests and answers, as tracing does when it is asked to."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    @contextmanager
    def sending(self, request: Sending) -> Iterator[None]:
        yield
        self.told.append((json.dumps(request.request), json.dumps(request.answer())))

    def called(self, record: CallRecord) -> None:
        del record


@pytest.mark.parametrize("what", _ASKED)
async def test_what_is_asked_and_answered_can_be_recorded(what: str) -> None:
    provider, model, ask = _ASKED[what]
    recorder = _Recorder()
    with serving(provider, model=model, answers=Answers.of(_answer)) as served, watch(recorder):
        await ask(served.models, "one")

    [(asked, answered)] = recorder.told
    assert len(asked) > 20
    assert len(answered) > 10


@pytest.mark.parametrize(
    "other",
    [
        {"messages": [HumanMessage("two")]},
        {"thinks": True},
        {"max_tokens": 9},
        {"tools": [Weather]},
        {"extra": {"top_p": 0.1}},
        {"schema": Weather},
    ],
    ids=lambda other: next(iter(other)),
)
def test_whatever_changes_the_answer_changes_the_request(other: dict[str, Any]) -> None:
    request = ChatRequest(messages=[HumanMessage("one")])

    assert request.as_json() == ChatRequest(messages=[HumanMessage("one")]).as_json()
    assert request.as_json() != replace(request, **other).as_json()


def test_a_file_in_a_request_is_told_by_its_hash() -> None:
    files = [f"data:image/png;base64,{letter * 4000}" for letter in "ab"]
    told = [digested({"content": [{"image_url": {"url": file}}]}) for file in files]

    assert told[0] != told[1]
    assert all(len(str(each)) < 200 for each in told)
