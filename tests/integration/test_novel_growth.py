"""A novel that grows on its thread: a new chapter costs only itself, doubts are read twice."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from evals.model_server import Answers, ModelServer, model_server
from evals.model_server.oracle import Oracle
from graphs.audiobook.graph import build as build_audiobook
from graphs.characters import routes
from graphs.characters.graph import build
from tests.fixtures.garden import GARDEN, GardenGold
from tools.llm.chat_models import ChatModels, bind
from tools.llm.choices import choose
from tools.llm.completion import TimeLimits
from tools.storage import base as storage
from tools.storage.local import LocalStorage

pytestmark = pytest.mark.usefixtures("closed_clients")

_QUIET = "The day went by as days do there, and nothing in the house was other than it had been. " * 14


def _chapter(number: int) -> str:
    return f'CHAPTER {number}\n\n{_QUIET}\n\n"It is day {number}," said Mr. Hale to Miss Lane.\n\n'


class _Gold(GardenGold):
    """Mr. Hale says everything."""

    def speaker(self, quote_id: str) -> str | None:
        return "Hale"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """An oracle that knows Mr. Hale."""
    with model_server(Answers.oracle(Oracle(_Gold()))) as served:
        models = ChatModels(
            {"primary": choose("openai:oracle", base_url=served.openai_url)},
            limits=TimeLimits(first_token=5, idle=1, total=10),
        )
        with bind(models):
            yield served


class _Book:
    def __init__(self) -> None:
        self._graph = build().compile(checkpointer=InMemorySaver())
        self._config: Any = {"configurable": {"thread_id": "1"}}

    async def read(self, text: str) -> dict[str, Any]:
        return await self._graph.ainvoke({"text": text, "language": "en"}, self._config)


def _asked(server: ModelServer, since: int = 0) -> list[dict[str, Any]]:
    return [json.loads(request.body["messages"][-1]["content"]) for request in server.requests()[since:]]


_THREE = "".join(map(_chapter, range(1, 4)))


async def test_new_chapter_costs_only_itself(server: ModelServer) -> None:
    book = _Book()
    await book.read(_THREE)
    before = len(server.requests())
    longer = await book.read(_THREE + _chapter(4))
    asked = _asked(server, before)

    assert {"day 4" in data["text"] for data in asked if "text" in data} == {True}
    assert longer["statistics"]["model_calls"] == len(asked) == before // 3
    assert [q["speaker"] for q in longer["quotes"]] == ["Mr. Hale"] * 4


async def test_chapter_put_before_others_costs_only_itself(server: ModelServer) -> None:
    book = _Book()
    await book.read(_THREE)
    before = len(server.requests())
    longer = await book.read(_chapter(9) + _THREE)

    assert {"day 9" in data["text"] for data in _asked(server, before) if "text" in data} == {True}
    assert [(q["speaker"], q["method"]) for q in longer["quotes"]] == [("Mr. Hale", "model")] * 4


async def test_same_text_again_costs_nothing(server: ModelServer) -> None:
    book = _Book()
    first = await book.read(_THREE)
    before = len(server.requests())
    again = await book.read(_THREE)

    assert len(server.requests()) == before
    assert again["quotes"] == first["quotes"]
    assert (again["statistics"]["model_calls"], again["statistics"]["kept_answers"]) == (0, before)


async def test_an_audiobook_that_grows_asks_about_the_new_chapter_alone(
    server: ModelServer, tmp_path: Path
) -> None:
    graph: Any = build_audiobook().compile(checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "1"}}
    options = {"until": "script", "direct": False}
    with storage.bind(LocalStorage(tmp_path)):
        first = await graph.ainvoke({"text": _THREE, "options": options}, config)
        before = len(server.requests())
        longer = await graph.ainvoke({"text": _THREE + _chapter(4), "options": options}, config)
    asked = _asked(server, before)

    assert {"day 4" in data["text"] for data in asked if "text" in data} == {True}
    assert (
        (first["usage"]["calls"], longer["usage"]["calls"]) == (before, len(asked)) == (before, before // 3)
    )
    assert [quote["speaker"] for quote in longer["quotes"]] == ["Mr. Hale"] * 4


async def test_windows_that_go_out_in_waves_are_asked_about_once_each(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = await _Book().read(_THREE)
    asked = _asked(server)
    monkeypatch.setattr(routes, "_MOST_AT_ONCE", 2)
    in_waves = await _Book().read(_THREE)

    assert sorted(map(str, _asked(server, len(asked)))) == sorted(map(str, asked))
    assert len([data for data in asked if "quotes" in data]) == 3
    assert in_waves["quotes"] == together["quotes"]


async def test_progress_goes_on_from_wave_to_wave(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    del server
    monkeypatch.setattr(routes, "_MOST_AT_ONCE", 1)
    novel = {"text": _THREE, "language": "en"}
    told = [event async for event in build().compile().astream(novel, stream_mode="custom")]
    done = [event["done"] for event in told if event.get("stage") == "attribution"]

    share = len(_THREE) // 3
    assert done == sorted(done)
    assert {share, 2 * share, len(_THREE)} <= set(done)


async def test_another_novel_is_asked_about_whole(server: ModelServer) -> None:
    book = _Book()
    await book.read(_THREE)
    before = len(server.requests())
    await book.read(GARDEN)

    assert len(server.requests()) > before


async def test_sure_rule_that_the_model_overrules_is_read_again(server: ModelServer) -> None:
    said = (
        '"It is late," said Miss Lane to Mr. Hale.\n\n"So it is," said Mr. Hale. "Good night, Miss Lane."\n'
    )
    result = await _Book().read(said)
    seconds = [data for data in _asked(server) if "contenders" in data]

    assert [data["quotes"] for data in seconds] == [["q0"]]
    assert "[q0]" in seconds[0]["text"]
    assert (result["quotes"][0]["speaker"], result["quotes"][0]["confidence"]) == ("Mr. Hale", 0.9)


async def test_a_second_reading_is_kept_although_a_new_chapter_changes_somebody_s_name() -> None:
    class TwoNames(_Gold):
        aliases: ClassVar = {**_Gold.aliases, "Lane": ("Miss Lane", "Miss Anna Lane")}

    doubtful = (
        f'CHAPTER 1\n\n"It is late," said Miss Lane to Mr. Hale.\n\nMiss Lane sat down.\n\n{_QUIET * 3}\n\n'
    )
    longer = doubtful + "CHAPTER 2\n\n" + "Miss Anna Lane went home. The house was dark.\n\n" * 9
    with model_server(Answers.oracle(Oracle(TwoNames()))) as server:
        with bind(ChatModels({"primary": choose("openai:oracle", base_url=server.openai_url)})):
            book = _Book()
            first = await book.read(doubtful)
            before = len(server.requests())
            second = await book.read(longer)
        asked = _asked(server)

    names = [{one["canonical_name"] for one in result["characters"]} for result in (first, second)]
    assert "Miss Lane" in names[0] - names[1]
    readings = [sum("contenders" in data for data in part) for part in (asked[:before], asked[before:])]
    assert readings == [1, 0]
    assert second["quotes"][0]["speaker"] == "Mr. Hale"


async def test_people_are_read_about_once_and_their_gender_is_known(server: ModelServer) -> None:
    book = _Book()
    text = "".join(map(_chapter, range(1, 8)))
    await book.read(text)
    before = len(server.requests())
    longer = await book.read(text + _chapter(8))
    portraits = [data for data in _asked(server) if "others" in data]

    assert [[person["names"][0] for person in data["people"]] for data in portraits] == [
        ["Mr. Hale", "Miss Lane"]
    ]
    assert portraits[0] not in _asked(server, before)
    assert {c["canonical_name"]: c["gender"] for c in longer["characters"]}["Mr. Hale"] == "male"
