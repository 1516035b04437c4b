"""The model that judges a version: it adds objections to those of the gates, and takes none away."""

from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import pytest

from evals.guideline_gold import read_gold
from evals.guideline_oracle import GuidelineOracle
from evals.model_server import Answers, model_server
from tests.fixtures.guidelines import models_of, run_guideline, send, shortened
from tools.llm.chat_models import ChatModels, bind
from tools.storage.base import bind as bind_storage
from tools.storage.local import LocalStorage

GOLD = shortened(next(gold for gold in read_gold() if gold.name == "diabetes.en"))


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncGenerator[LocalStorage]:
    """Where files are."""
    with bind_storage(files := LocalStorage(tmp_path)):
        yield files


class Judged(GuidelineOracle):
    """Writes as gold has it, or a dose ten times too high; what it objects to as a judge is given.

    Args:
        objection: Fields of an objection; ``words`` left out are those of the sentence. None: to nothing.
        once: Whether it objects in the first round alone.
    """

    def __init__(
        self, objection: dict[str, Any] | None, *, is_wrong: bool = False, once: bool = False
    ) -> None:
        super().__init__(GOLD)
        self._objection, self._is_wrong, self._once = objection, is_wrong, once
        self.asked: list[list[str]] = []  #: The texts of each question to the judge.

    def __call__(self, data: Mapping[str, Any]) -> dict[str, Any]:
        if "statements" in data:
            return {"objections": list(self._judge(data["statements"]))}
        answer = super().__call__(data)
        for sentence in answer.get("sentences", ()):
            if self._is_wrong:
                sentence["text"] = sentence["text"].replace("500 mg", "5000 mg")
            if "previous" in data and sentence["kind"] == "recommendation":
                sentence["text"] = GOLD.plain[sentence["sources"][0]][-1]
        return answer

    def _judge(self, statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        given = [one for one in statements if one["kind"] == "recommendation"]
        first = not self.asked
        self.asked.extend([[one["text"] for one in given]] if given else [])
        if not given or self._objection is None or (self._once and not first):
            return []
        one = given[0]
        objection = {"sentence": one["id"], "kind": "omits", "words": one["text"], "problem": "After meals."}
        return [objection | self._objection]


async def _run(storage: LocalStorage, oracle: Judged, **options: Any) -> dict[str, Any]:
    with model_server(Answers.oracle(oracle)) as server, bind(models_of(server)):
        return await run_guideline(await send(storage, GOLD, "clean pdf"), review=False, **options)


async def test_an_objection_is_told_and_counted_and_holds_nothing_back(storage: LocalStorage) -> None:
    result = await _run(storage, Judged({}), max_repairs=0)
    assert (result["status"], {finding["gate"] for finding in result["findings"]}) == ("passed", {"judge"})
    quality = result["quality"]
    assert (quality["gates"]["judge"], quality["open_safety_findings"], quality["score"]) == (1, 0, 1.0)
    judge = quality["judge"]
    assert (judge["status"], judge["judged"], judge["objections"]) == ("run", judge["sentences"], 1)


async def test_what_it_objects_to_is_written_anew_and_judged_again(storage: LocalStorage) -> None:
    oracle = Judged({}, once=True)
    result = await _run(storage, oracle)
    assert (result["status"], result["findings"]) == ("passed", [])
    (first, again) = oracle.asked
    assert first
    assert again
    assert not set(first) & set(again)


async def test_a_judge_that_finds_nothing_takes_no_finding_of_the_gates_away(storage: LocalStorage) -> None:
    result = await _run(storage, Judged(None, is_wrong=True), max_repairs=0)
    assert result["status"] == "flagged"
    assert "numbers" in {finding["gate"] for finding in result["findings"]}


@pytest.mark.parametrize("objection", [{"sentence": "s99"}, {"words": "words that nobody wrote"}])
async def test_an_objection_to_what_is_not_there_is_said_and_counts_for_nothing(
    storage: LocalStorage, objection: dict[str, Any]
) -> None:
    result = await _run(storage, Judged(objection))
    assert (result["status"], result["findings"]) == ("passed", [])
    assert "model_answer_unusable" in [note["code"] for note in result["warnings"]]


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"mode": "fast"}, "the mode fast"), ({"enable_quality_control": False}, "enable_quality_control")],
)
async def test_where_it_is_not_asked_the_report_says_why(
    storage: LocalStorage, options: dict[str, Any], reason: str
) -> None:
    oracle = Judged({})
    judge = (await _run(storage, oracle, **options))["quality"]["judge"]
    assert (oracle.asked, judge["status"], judge["judged"]) == ([], "not run", 0)
    assert reason in judge["reason"]


async def test_without_a_model_it_is_marked_as_not_run() -> None:
    with bind(ChatModels({})):
        result = await run_guideline({"text": "We recommend walking.", "name": "d.md"}, review=False)
    judge = result["quality"]["judge"]
    assert (judge["status"], judge["reason"]) == ("not run", "no language model is configured")
