"""Progress events: throttled, and complete at both ends."""

from typing import Any

import pytest

from graphs import progress
from graphs.progress import Meter, shared_meter


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What goes to LangGraph's custom stream, outside a graph."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(progress, "get_stream_writer", lambda: sent.append)
    return sent


def test_start_and_end_are_always_sent(events: list[dict[str, Any]]) -> None:
    meter = Meter(stage="names", total=1000, unit="segments", clock=Clock())
    meter.start()
    for _ in range(1000):
        meter.advance(1)
    meter.finish()

    assert [event["done"] for event in events] == [0, 1000]


def test_steps_are_sent_once_a_hundredth_and_a_tenth_of_a_second_have_passed(
    events: list[dict[str, Any]],
) -> None:
    clock = Clock()
    meter = Meter(stage="names", total=1000, unit="segments", clock=clock)
    for _ in range(50):
        clock.seconds += 0.05
        meter.advance(1)

    assert [event["done"] for event in events] == [10, 20, 30, 40, 50]


def test_event_carries_its_stage_and_unit(events: list[dict[str, Any]]) -> None:
    Meter(stage="read", total=7, unit="characters").start()

    assert events == [{"type": "progress", "stage": "read", "done": 0, "total": 7, "unit": "characters"}]


def test_count_never_passes_the_total(events: list[dict[str, Any]]) -> None:
    meter = Meter(stage="names", total=2, unit="segments")
    meter.advance(5)

    assert [event["done"] for event in events] == [2]


def test_tasks_of_one_fan_out_share_a_meter() -> None:
    first = shared_meter("a", stage="names", total=2, unit="windows")

    assert shared_meter("a", stage="names", total=2, unit="windows") is first
    assert shared_meter("b", stage="names", total=2, unit="windows") is not first
