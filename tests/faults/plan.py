"""The plan of faults: which, when and at whom, all from a seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

FIRST = 8.0  # seconds until the first fault
BETWEEN_LOSSES = 12.0  # seconds between losses of workers: a lease, and time for one step
BETWEEN_OTHERS = 8.0
QUIET_END = 25.0  # seconds without new faults, the longest freeze and what follows it
JITTER = 1.5


class Kind(StrEnum):
    """What can happen."""

    WORKER_KILLED = "worker killed (-9)"
    WORKER_FROZEN = "worker frozen 20 s (SIGSTOP)"
    ROLLING_RESTART = "rolling restart (SIGTERM)"
    API_KILLED = "API killed (-9)"
    REDIS_RESTARTED = "Redis killed (-9) and restarted"
    REDIS_AWAY = "Redis away for 5 s"
    CONNECTIONS_RESET = "connections to Redis reset"
    FAIL_OVER = "primary killed, replica promoted"


LOSSES = (Kind.WORKER_KILLED, Kind.WORKER_FROZEN)  # each costs some runs their worker


@dataclass(frozen=True, order=True)
class Fault:
    """One of them."""

    at: float  #: Seconds from the start.
    kind: Kind
    pick: float  #: Whom of those that live it meets: 0 is the first, 1 behind the last.


def make_plan(seed: int, seconds: float, kinds: Sequence[Kind]) -> list[Fault]:
    """Faults over so many seconds, every kind about as often as every other of its group.

    Losses of workers keep their distance, for a run that costs three workers at one step is given up.
    """
    chance = random.Random(seed)  # noqa: S311 - repeatable, guards nothing
    last = seconds - QUIET_END
    losses = [kind for kind in kinds if kind in (*LOSSES, Kind.ROLLING_RESTART)]
    others = [kind for kind in kinds if kind not in losses]
    plan = _group(chance, losses, FIRST, last, BETWEEN_LOSSES)
    plan += _group(chance, others, FIRST + BETWEEN_OTHERS / 2, last, BETWEEN_OTHERS)
    return sorted(plan)


def _group(
    chance: random.Random, kinds: Sequence[Kind], first: float, last: float, between: float
) -> list[Fault]:
    times = [first + between * number for number in range(max(len(kinds), int((last - first) / between) + 1))]
    if times[-1] > last:  # too short a time for one of each: closer together
        times = [first + (last - first) / len(times) * number for number in range(len(times))]
    deck = _deck(chance, kinds)
    return [Fault(time + chance.uniform(0, JITTER), next(deck), chance.random()) for time in times]


def _deck(chance: random.Random, kinds: Sequence[Kind]) -> Iterator[Kind]:
    """Every kind once, in some order, again and again."""
    while True:
        yield from chance.sample(kinds, len(kinds))
