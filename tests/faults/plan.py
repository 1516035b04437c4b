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
ROLLING = 2  # times as long as another loss, for all processes are met


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


# What costs some runs their worker, as often as they stand here, and what meets everything else.
LOSSES = (Kind.WORKER_KILLED, Kind.WORKER_FROZEN) * 2 + (Kind.ROLLING_RESTART,)


@dataclass(frozen=True, order=True)
class Fault:
    """One of them."""

    at: float  #: Seconds from the start.
    kind: Kind
    pick: float  #: Whom of those that live it meets: 0 is the first, 1 behind the last.


def make_plan(seed: int, seconds: float, others: Sequence[Kind]) -> list[Fault]:
    """Losses of workers and other faults over so many seconds, each kind at least once.

    Losses keep their distance, for a run that costs three workers at one step is given up.
    """
    chance = random.Random(seed)  # noqa: S311 - repeatable, guards nothing
    last = seconds - QUIET_END
    plan = _group(chance, LOSSES, FIRST, last, BETWEEN_LOSSES)
    plan += _group(chance, others, FIRST + BETWEEN_OTHERS / 2, last, BETWEEN_OTHERS)
    return sorted(plan)


def _group(
    chance: random.Random, kinds: Sequence[Kind], first: float, last: float, between: float
) -> list[Fault]:
    """Faults of these kinds until the last moment; in a time too short for each of them, closer together."""
    between = min(between, (last - first) / len(kinds))
    plan: list[Fault] = []
    time, deck = first, _deck(chance, kinds)
    while time <= last:
        plan.append(Fault(time + chance.uniform(0, JITTER), next(deck), chance.random()))
        time += between * (ROLLING if plan[-1].kind is Kind.ROLLING_RESTART else 1)
    return plan


def _deck(chance: random.Random, kinds: Sequence[Kind]) -> Iterator[Kind]:
    """Every kind as often as it stands there, in some order, again and again."""
    while True:
        yield from chance.sample(kinds, len(kinds))
