"""Edits of a novel's result through the graph: on its thread, in review, and over a text that has grown."""

from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from graphs.characters.graph import build, graph
from tests.fixtures.garden import GARDEN
from tools.errors import InvalidInput
from tools.llm.chat_models import ChatModels, bind

_NEXT = '\nCHAPTER III\n\n"Here it is," said Mr. Hale.\n'


@pytest.fixture(autouse=True)
def offline() -> Iterator[None]:
    """Rules only."""
    with bind(ChatModels({})):
        yield


class Thread:
    """A thread of the graph in memory."""

    def __init__(self) -> None:
        self._graph = build().compile(checkpointer=InMemorySaver())
        self._config: Any = {"configurable": {"thread_id": "1"}}

    async def run(self, given: Any) -> dict[str, Any]:
        return await self._graph.ainvoke(given, self._config)


def _id(result: dict[str, Any], name: str) -> str:
    return next(c["id"] for c in result["characters"] if c["canonical_name"] == name)


async def test_edits_change_the_result_of_the_thread_and_read_nothing_again() -> None:
    thread = Thread()
    first = await thread.run({"text": GARDEN})
    renamed = await thread.run(
        {"edits": [{"op": "rename", "id": _id(first, "Mr. Hale"), "name": "Edward Hale"}]}
    )

    assert renamed["quotes"][0]["speaker"] == "Edward Hale"
    assert [entry["id"] for entry in renamed["history"]] == ["e1"]
    assert renamed["statistics"] == first["statistics"]
    assert renamed["warnings"] == first["warnings"]
    undone = await thread.run({"edits": [{"op": "undo"}]})
    assert undone | {"history": []} == first


async def test_edits_outlive_a_run_over_a_text_that_has_grown() -> None:
    thread = Thread()
    first = await thread.run({"text": GARDEN})
    gardener = next(q["id"] for q in first["quotes"] if "nothing of keys" in q["text"])
    await thread.run(
        {
            "edits": [
                {"op": "rename", "id": _id(first, "Miss Lane"), "name": "Anne"},
                {"op": "add", "name": "the old gardener"},
                {"op": "assign", "quotes": [gardener], "speaker_id": "e2"},
            ]
        }
    )
    longer = await thread.run({"text": f'"Good day," said nobody.\n\n{GARDEN}{_NEXT}'})
    settled = next(q for q in longer["quotes"] if "nothing of keys" in q["text"])

    assert (settled["speaker"], settled["method"], settled["id"] != gardener) == (
        "the old gardener",
        "edit",
        True,
    )
    assert "Anne" in {q["speaker"] for q in longer["quotes"]}
    assert [w["code"] for w in longer["warnings"]] == ["offline"]


async def test_rules_build_on_what_was_merged() -> None:
    thread = Thread()
    first = await thread.run({"text": GARDEN})
    merge = {"op": "merge", "id": _id(first, "Mr. Hale"), "ids": [_id(first, "Miss Lane")]}
    await thread.run({"edits": [merge]})
    again = await thread.run({"text": GARDEN})

    assert {c["canonical_name"] for c in again["characters"]} & {"Miss Lane", "Mr. Hale"} == {"Mr. Hale"}
    assert "stated" in {place["reason"] for c in again["characters"] for place in c["evidence"]}


async def test_a_history_goes_to_another_thread_with_its_text() -> None:
    thread = Thread()
    first = await thread.run({"text": GARDEN})
    edits = [{"op": "rename", "id": _id(first, "Miss Lane"), "name": "Anne"}]
    history = (await thread.run({"edits": edits}))["history"]
    other = await graph.ainvoke({"text": GARDEN + _NEXT, "edits": history})

    assert "Anne" in {q["speaker"] for q in other["quotes"]}


async def test_edits_that_find_nothing_are_said_once() -> None:
    thread = Thread()
    first = await thread.run({"text": GARDEN})
    await thread.run({"edits": [{"op": "rename", "id": _id(first, "Miss Lane"), "name": "Anne"}]})
    for _ in range(2):
        result = await thread.run({"text": '"Go," said Ben.\n\n"No," said Tom. "I stay, Ben."\n'})

    assert [w["code"] for w in result["warnings"]] == ["offline", "edit_not_applied"]


@pytest.mark.parametrize(
    ("edits", "code"),
    [
        ([{"op": "undo"}], "nothing_to_edit"),
        ([{"op": "turn"}], "invalid_edit"),
    ],
)
async def test_edits_without_a_novel_are_refused(edits: list[Any], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await graph.ainvoke({"edits": edits})

    assert caught.value.code == code


async def test_refused_edit_changes_nothing() -> None:
    thread = Thread()
    first = await thread.run({"text": GARDEN})
    with pytest.raises(InvalidInput, match="c99"):
        await thread.run({"edits": [{"op": "add", "name": "Ben"}, {"op": "remove", "id": "c99"}]})

    assert (await thread.run({"edits": []}))["characters"] == first["characters"]


async def test_review_stops_with_what_is_unsure_and_goes_on_with_the_answer() -> None:
    thread = Thread()
    stopped = await thread.run({"text": GARDEN, "options": {"review": True, "sure_from": 0.9}})
    asked = stopped["__interrupt__"][0].value
    unsure = [item["quote"] for item in asked["items"] if item["kind"] == "speaker"]
    assert (asked["subject"], asked["problems"]) == ("characters", [])
    assert unsure

    wrong = await thread.run(
        Command(resume={"edits": [{"op": "assign", "quotes": unsure, "speaker_id": "c77"}]})
    )
    assert "c77" in wrong["__interrupt__"][0].value["problems"][0]
    hale = _id(stopped, "Mr. Hale")
    done = await thread.run(
        Command(resume={"edits": [{"op": "assign", "quotes": unsure, "speaker_id": hale}]})
    )

    assert "__interrupt__" not in done
    assert {q["speaker"] for q in done["quotes"] if q["id"] in unsure} == {"Mr. Hale"}
    assert [item for item in done["unsure"] if item["kind"] == "speaker"] == []


@pytest.mark.parametrize("answer", ["yes", {"edits": "none"}, {"edit": []}], ids=str)
async def test_answer_that_is_no_list_of_edits_is_asked_for_again(answer: Any) -> None:
    thread = Thread()
    await thread.run({"text": GARDEN, "options": {"review": True, "sure_from": 1.0}})
    again = await thread.run(Command(resume=answer))

    assert "edits" in again["__interrupt__"][0].value["problems"][0]
    assert "__interrupt__" not in await thread.run(Command(resume={"edits": []}))


async def test_review_is_announced_before_the_run_stops() -> None:
    kept = build().compile(checkpointer=InMemorySaver())
    given: Any = {"text": GARDEN, "options": {"review": True, "sure_from": 1.0}}
    config: Any = {"configurable": {"thread_id": "1"}}
    events = [event async for event in kept.astream(given, config, stream_mode="custom")]

    assert [(e["type"], e["subject"]) for e in events if e["type"] == "review"] == [("review", "characters")]
    assert events[-1]["type"] == "review"
