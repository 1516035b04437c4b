"""The judge of the tests under faults: it finds what it is there to find."""

from pathlib import Path

import orjson
import pytest

from tests.faults.diary import NODES
from tests.faults.judge import Verdict, compare_diary, compare_stream
from tests.faults.load import Begun
from tests.faults.subscriber import Event, Followed

COMMITTED = dict.fromkeys(NODES, 1)


def update(sequence: int, node: str) -> Event:
    return Event(f"5-{sequence}", "updates", orjson.dumps({node: None}))


LOG = [update(number, node) for number, node in enumerate(NODES)]


@pytest.fixture
def run(tmp_path: Path) -> Begun:
    return Begun("thread", "run", tmp_path / "diary")


def complaints(run: Begun, got: list[Event], log: list[Event]) -> list[str]:
    verdict = Verdict()
    compare_stream(verdict, Followed(run, got), log)
    return [complaint.split(":")[0] for complaint in verdict.complaints]


def test_what_is_equal_to_the_log_is_good(run: Begun) -> None:
    assert complaints(run, LOG, LOG) == []


@pytest.mark.parametrize(
    ("got", "wrong"),
    [
        (LOG[:3] + LOG[4:], ["stream differs from log", "updates"]),
        ([*LOG[:4], *LOG[3:]], ["ids do not grow", "stream differs from log", "updates"]),
        ([LOG[1], LOG[0], *LOG[2:]], ["ids do not grow", "stream differs from log", "updates"]),
        (LOG[:5], ["stream differs from log", "updates"]),
    ],
    ids=["gap", "double", "order", "end"],
)
def test_a_gap_a_double_and_another_order_are_found(run: Begun, got: list[Event], wrong: list[str]) -> None:
    assert complaints(run, got, LOG) == wrong


def test_what_a_reset_voids_does_not_count(run: Begun) -> None:
    reset = Event("6-0", "reset", orjson.dumps({"attempt": 2, "keep": "5-3"}))
    again = [Event(f"6-{at}", "updates", LOG[at + 3].data) for at in (1, 2)]
    log = [*LOG[:5], reset, *again]

    assert complaints(run, log, log) == []


@pytest.mark.parametrize(
    ("lines", "is_good"),
    [
        (["n0 begins 1 10", "n0 begins 2 20"], False),
        (["n0 begins 1 10", "n1 begins 1 10", "n1 begins 1 10"], True),
    ],
    ids=["in a later attempt", "in its own"],
)
def test_a_node_that_begins_after_its_checkpoint_is_found(
    run: Begun, lines: list[str], is_good: bool
) -> None:
    run.diary.write_text("\n".join(lines))
    verdict = Verdict()

    compare_diary(verdict, run, COMMITTED)

    assert (not verdict.complaints) is is_good
