"""A chat model as a translator, over real HTTP."""

import json

import pytest

from evals.model_server import Answers, model_server
from tools.errors import ModelAnswerInvalid
from tools.llm.chat_models import ChatModels
from tools.llm.roles import choose
from tools.translation.chat_engine import ChatEngine
from tools.translation.engine import Context
from tools.translation.glossary import Term
from tools.translation.ladder import Item

ITEMS = [Item(id="1", words="Hello"), Item(id="2", words="World", previous="Wort", complaints=("too short",))]
CONTEXT = Context(
    source="en", target="de", before=[("Before.", "Davor.")], terms=[Term(source="World", targets=("Welt",))]
)


def engine(url: str) -> ChatEngine:
    return ChatEngine(
        models=ChatModels({"primary": choose("openai:m", base_url=url)}), role="primary", context=CONTEXT
    )


async def test_segments_go_out_as_data_and_come_back_by_id() -> None:
    with model_server(Answers.oracle({"Hello": "Hallo", "World": "Welt"})) as server:
        asked = engine(server.openai_url)

        assert await asked.translate(ITEMS) == {"1": "Hallo", "2": "Welt"}
        [request] = server.requests()

    data = json.loads(request.body["messages"][-1]["content"])
    assert data["segments"] == [
        {"id": "1", "text": "Hello"},
        {"id": "2", "text": "World", "previous": "Wort", "wrong": ["too short"]},
    ]
    assert data["before"] == [["Before.", "Davor."]]
    assert data["glossary"] == [["World", ["Welt"]]]
    assert (asked.name, asked.usage.calls) == ("openai:m", 1)


async def test_an_id_with_two_translations_has_none() -> None:
    both = [{"id": "1", "text": "a"}, {"id": "1", "text": "b"}, {"id": "2", "text": "c"}]
    with model_server(Answers.scripted({"translations": both})) as server:
        assert await engine(server.openai_url).translate(ITEMS) == {"2": "c"}


async def test_an_answer_without_translations_is_of_no_use() -> None:
    with model_server(Answers.scripted({"translations": []})) as server, pytest.raises(ModelAnswerInvalid):
        await engine(server.openai_url).translate(ITEMS)
