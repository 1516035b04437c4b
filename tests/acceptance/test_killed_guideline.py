"""A service that is killed in each stage of a guideline's way goes on there, and asks nothing twice."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from evals.guideline_files import file_of
from evals.guideline_gold import read_gold
from evals.guideline_oracle import GuidelineOracle
from evals.model_server import Answers, Fault, Faults, ModelServer, model_server
from graphs.guideline.stages import STAGES
from tests.fixtures.service_process import ServiceProcess, soon_taken_over

pytestmark = [pytest.mark.timeout(300), pytest.mark.faults]

GOLD = next(gold for gold in read_gold() if gold.name == "diabetes.en")
WRONG, RIGHT = "5000 mg two times", "500 mg two times"


class Oracle:
    """Gold's answers; while it is stubborn, a dose is wrong."""

    def __init__(self) -> None:
        self.is_stubborn = False
        self._right = GuidelineOracle(GOLD)

    def __call__(self, data: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._right(data)
        if self.is_stubborn:
            answer = json.loads(json.dumps(answer).replace(RIGHT, WRONG))
        return answer


def _begin(url: str) -> str:
    data, name = file_of(GOLD, "clean pdf")
    fields = {"custom_config": json.dumps({"max_repairs": 0})}
    sent = httpx.post(f"{url}/api/v1/workflow/upload", files={"file": (name, data)}, data=fields, timeout=60)
    return sent.json()["task_id"]


def _until(url: str, task_id: str, stage: str) -> None:
    """Follow the task until it is in this stage."""
    with httpx.stream("GET", f"{url}/api/v1/workflow/{task_id}/stream", timeout=60) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                told = json.loads(line[6:])
                if told.get("current_node") == stage or told.get("status") not in ("pending", "running"):
                    return


def _ended(url: str, task_id: str) -> dict[str, Any]:
    httpx.get(f"{url}/api/v1/workflow/{task_id}/stream", timeout=120)
    return httpx.get(f"{url}/api/v1/workflow/{task_id}/status", timeout=30).json()


def _killed_in(stage: str, service: ServiceProcess, models: ModelServer, oracle: Oracle) -> dict[str, Any]:
    """A task whose service was killed in a stage, as it ends."""
    url = service.url
    oracle.is_stubborn = stage == "human_review"
    models.faults = Faults.always(Fault.SLOW_START)
    task_id = _begin(url)
    _until(url, task_id, stage)
    service.kill()
    models.faults = Faults()
    before = len(models.requests())
    url = service.start().url
    if stage == "human_review":
        task = _ended(url, task_id)
        (item,) = [item for item in task["review"]["items"] if WRONG in (item["text"] or "")][:1]
        edits = {item["sentence"]: item["text"].replace(WRONG, RIGHT)}
        verdict = {"decision": "approve", "reviewer": "Dr. Li", "edits": edits}
        httpx.post(f"{url}/api/v1/workflow/{task_id}/review", json=verdict, timeout=30)
        # Its drafts were refused and asked for again before the kill; from then on nothing is asked.
        assert len(models.requests()) == before
    return _ended(url, task_id)


def test_a_killed_service_goes_on_in_the_stage_it_was_in_and_asks_nothing_twice(tmp_path: Path) -> None:
    oracle = Oracle()
    with model_server(Answers.oracle(oracle)) as models:
        environment = soon_taken_over(models.openai_url, lease_seconds=2)
        service = ServiceProcess(data_dir=tmp_path, environment=environment)
        try:
            service.start()
            ends: dict[str, Any] = {}
            asked: dict[str, int] = {}
            for stage in STAGES:
                before = len(models.requests())
                ends[stage] = _killed_in(stage, service, models, oracle)
                requests = models.requests()[before:]
                # With the instructions: reviewers of several roles are shown the same.
                answered = [json.dumps(one.body["messages"]) for one in requests if one.is_answered]
                if not oracle.is_stubborn:
                    asked[stage] = max(Counter(answered).values())
        finally:
            service.kill()

    assert {stage: (end["status"], end["open_findings"]) for stage, end in ends.items()} == dict.fromkeys(
        STAGES, ("completed", [])
    )
    assert set(asked.values()) == {1}
    resumed = [end["retry_count"] for stage, end in ends.items() if stage != "human_review"]
    assert all(resumed), resumed  # each was killed under way
