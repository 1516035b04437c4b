"""The plan of faults."""

from itertools import pairwise

import pytest

from tests.faults.plan import BETWEEN_LOSSES, JITTER, LOSSES, Kind, make_plan

OTHERS = (Kind.API_KILLED, Kind.REDIS_AWAY, Kind.REDIS_RESTARTED, Kind.CONNECTIONS_RESET)


def test_the_same_seed_gives_the_same_plan_and_another_one_another() -> None:
    assert make_plan(7, 240, OTHERS) == make_plan(7, 240, OTHERS)
    assert make_plan(7, 240, OTHERS) != make_plan(8, 240, OTHERS)


@pytest.mark.parametrize("seconds", [60, 240])
@pytest.mark.parametrize("seed", range(10))
def test_every_kind_occurs_in_a_short_time_too(seed: int, seconds: float) -> None:
    assert {fault.kind for fault in make_plan(seed, seconds, OTHERS)} == {*LOSSES, *OTHERS}


def test_losses_keep_their_distance() -> None:
    losses = [fault.at for fault in make_plan(7, 240, OTHERS) if fault.kind in LOSSES]

    assert min(two - one for one, two in pairwise(losses)) >= BETWEEN_LOSSES - JITTER
