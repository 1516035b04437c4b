"""What services of one's own on PAI-EAS keep to, and its first template of a language model."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from pydantic import SecretStr

from evals.model_server import Answers, Fault, Faults, ModelServer, Question, model_server
from tests.contract.serving import BACKOFF, KEY, LIMITS
from tools.errors import ErrorCategory, InvalidInput, ModelAnswerInvalid, ModelRefused, ModelUnavailable
from tools.llm.chat import chat, converse, stream_chat
from tools.llm.chat_models import ChatModels
from tools.llm.chat_request import ChatRequest
from tools.llm.choices import choose
from tools.llm.eas import EasClient


@pytest.fixture
def server() -> Iterator[ModelServer]:
    answers = Answers.of(lambda question: {"response": "Good day.", "asked": question.text})
    with model_server(answers, keys=[KEY]) as server:
        yield server


@asynccontextmanager
async def _client(server: ModelServer, token: str = KEY) -> AsyncIterator[EasClient]:
    client = EasClient(server.eas_url("topics"), SecretStr(token), timeout=2, backoff=BACKOFF)
    try:
        yield client
    finally:
        await client.close()


def _legacy(server: ModelServer) -> ChatModels:
    choice = choose("eas-legacy:own", base_url=server.eas_url("llm"), api_key=KEY)
    return ChatModels({"primary": choice}, limits=LIMITS, backoff=BACKOFF)


async def test_service_answers_json_for_json_and_the_raw_token(server: ModelServer) -> None:
    async with _client(server) as client:
        answer = await client.call({"texts": ["a", "b"]})

    assert answer["asked"] == '{"texts":["a","b"]}'
    [request] = server.requests()
    assert request.path == "/api/predict/topics"


@pytest.mark.parametrize("endpoint", ["http://h/api/predict/topics", "http://h/api/predict/topics/"])
def test_path_comes_after_the_name_of_the_service(endpoint: str) -> None:
    assert EasClient(endpoint, None).url("infer") == "http://h/api/predict/topics/infer"


@pytest.mark.parametrize(
    "fault", [Fault.RATE_LIMIT, Fault.SERVER_ERROR, Fault.BAD_GATEWAY, Fault.DROP, Fault.CUT]
)
async def test_fault_that_passes_costs_one_more_request(server: ModelServer, fault: Fault) -> None:
    server.faults = Faults.play(fault)
    async with _client(server) as client:
        answer = await client.call({})

    assert answer["response"] == "Good day."
    assert len(server.requests()) == 2


async def test_fault_that_stays_is_given_up(server: ModelServer) -> None:
    server.faults = Faults.always(Fault.UNAVAILABLE)
    async with _client(server) as client:
        with pytest.raises(ModelUnavailable, match="503"):
            await client.call({})

    assert len(server.requests()) == BACKOFF.attempts


async def test_wrong_token_is_refused_once_and_told_to_nobody(server: ModelServer) -> None:
    async with _client(server, token="wrong-token-0123") as client:
        with pytest.raises(ModelRefused) as caught:
            await client.call({})

    assert caught.value.category is ErrorCategory.AUTHENTICATION
    assert "wrong-token-0123" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert len(server.requests()) == 1


async def test_answer_that_is_no_json_is_an_error(server: ModelServer) -> None:
    server.answers = Answers.of(lambda _: "no json")
    async with _client(server) as client:
        with pytest.raises(ModelAnswerInvalid, match="no JSON"):
            await client.call({})


async def test_first_template_is_asked_with_prompt_and_history(server: ModelServer) -> None:
    asked: list[Question] = []

    def answer(question: Question) -> dict[str, str]:
        asked.append(question)
        return {"response": "Good day."}

    server.answers = Answers.of(answer)
    messages = [SystemMessage("Be kind."), HumanMessage("Hello"), AIMessage("Yes?"), HumanMessage("Who?")]

    answered = await chat(_legacy(server), "primary", messages)

    assert answered.value == "Good day."
    body = asked[0].data
    assert (body["system_prompt"], body["prompt"], body["history"]) == (
        "Be kind.",
        "Who?",
        [["Hello", "Yes?"]],
    )


async def test_first_template_streams_in_one_piece(server: ModelServer) -> None:
    async with stream_chat(_legacy(server), "primary", [HumanMessage("Hello")]) as stream:
        pieces = [piece.text async for piece in stream]

    assert pieces == ["Good day."]


async def test_first_template_knows_no_tools(server: ModelServer) -> None:
    def weather(city: str) -> str:
        """The weather of a city."""
        return city

    request = ChatRequest(messages=[HumanMessage("Hello")], tools=[weather])
    with pytest.raises(InvalidInput, match="cannot call tools"):
        await converse(_legacy(server), "primary", request)


@pytest.mark.parametrize("fault", [Fault.RATE_LIMIT, Fault.DROP, Fault.CUT])
async def test_first_template_is_asked_again_after_a_fault(server: ModelServer, fault: Fault) -> None:
    server.faults = Faults.play(fault)

    answered = await chat(_legacy(server), "primary", [HumanMessage("Hello")])

    assert answered.value == "Good day."
    assert len(server.requests()) == 2


async def test_answer_of_the_first_template_without_its_field_is_an_error(server: ModelServer) -> None:
    server.answers = Answers.of(lambda _: {"text": "Good day."})

    with pytest.raises(ModelAnswerInvalid, match="'response'"):
        await chat(_legacy(server), "primary", [HumanMessage("Hello")])
