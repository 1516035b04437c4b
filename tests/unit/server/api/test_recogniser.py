"""How a run reads as a task of the old recogniser."""

from collections import Counter
from typing import Any

import pytest

from server.api.jobs.recogniser import counters, task_info
from server.db.models import Run


def run(status: str) -> Run:
    return Run.model_validate(
        {
            "run_id": "r",
            "thread_id": "t",
            "assistant_id": "a",
            "graph_id": "characters",
            "status": status,
            "meta": {"total_sentences": 50},
            "kwargs": {},
        }
    )


def event(stage: str, done: int) -> dict[str, Any]:
    return {"type": "progress", "stage": stage, "done": done, "total": 10, "unit": "characters"}


@pytest.mark.parametrize(
    ("told", "progress", "processed"),
    [
        (None, 0, 0),
        (event("quotations", 5), 9, 0),
        (event("names", 0), 10, 0),
        (event("names", 5), 35, 25),
        (event("names", 10), 60, 50),
        (event("relations", 10), 92, 50),
    ],
)
def test_a_running_tasks_progress_follows_its_stage(
    told: dict[str, Any] | None, progress: int, processed: int
) -> None:
    info = task_info(run("running"), told, None)

    assert (info["status"], info["progress"], info["processed_sentences"]) == (
        "processing",
        progress,
        processed,
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [("pending", "pending"), ("error", "failed"), ("timeout", "failed"), ("interrupted", "failed")],
)
def test_each_status_has_an_old_name(status: str, expected: str) -> None:
    assert task_info(run(status), None, None)["status"] == expected


def test_every_task_is_counted_once() -> None:
    counts = counters(Counter({"success": 2, "error": 1, "timeout": 1, "running": 1}))

    assert counts == {"total": 5, "pending": 0, "processing": 1, "completed": 2, "failed": 2}
