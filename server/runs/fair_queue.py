"""Whose run is next: owners take turns, however many runs each has waiting.

A run waits here, in Redis, until a worker has room for it; only then it is handed to the engine. So the
engine's queue stays short, and a thousand runs of one owner keep nobody else waiting for more than a round.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from server import keys, lua
from server.db.models import RunPriority
from server.keys import RunKey
from tools.errors import ErrorCategory, ServiceError

_ENQUEUE = lua.load("stream/clock", "runs/fair_queue", "runs/enqueue")
_LEAVE = lua.load("stream/clock", "runs/fair_queue", "runs/leave_queue")
_REGISTER = lua.load("stream/clock", "runs/fair_queue", "runs/register_worker")
_PLACE = lua.load("stream/clock", "runs/fair_queue", "runs/place")

BATCH = 500  # runs that one call brings in
RETRY_AFTER = 10  # seconds that a caller is asked to wait when the queue is full
_SEPARATOR = "\x1f"


class QueueFull(ServiceError):
    """More runs wait than the service accepts."""

    code = "queue_full"
    category = ErrorCategory.RATE_LIMIT


class Entrant(Protocol):
    """What the queue must know of a run."""

    @property
    def run_id(self) -> str: ...
    @property
    def thread_id(self) -> str: ...
    @property
    def graph_id(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def priority(self) -> RunPriority: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How many runs may be active at a time, and how many may wait; 0 is no limit."""

    per_owner: int = 0
    per_graph: int = 0
    total: int = 0
    waiting: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a waiting run stands."""

    position: int  #: 1 is the next.
    seconds: float | None  #: Estimate until it begins, from earlier runs of its graph; None without any.


@dataclass(frozen=True, kw_only=True, slots=True)
class LivingWorkers:
    """The workers that have been heard of within their lease."""

    count: int
    slots: int  #: Runs that they execute at a time, all together.


class FairQueue:
    """The runs that wait, and those whose turn has come.

    Every call may be repeated. Those that change something return the ids of the runs whose turn has come
    with it: the caller hands them to the engine.

    Args:
        client: A client that returns bytes.
        limits: What is allowed at a time.
    """

    def __init__(self, client: lua.Client, limits: Limits) -> None:
        self._redis = client
        self._limits = limits

    async def check_room(self) -> None:
        """Raise QueueFull when no further run may wait."""
        if not self._limits.waiting:
            return
        waiting = await self.waiting()
        if waiting >= self._limits.waiting:
            raise QueueFull(
                f"{waiting} runs are waiting; this service lets at most {self._limits.waiting} wait.",
                hint="Try again later, or let the operator raise MAX_QUEUED_RUNS or start more workers.",
                retry_after=RETRY_AFTER,
            )

    async def enqueue(self, runs: Sequence[Entrant]) -> list[str]:
        """Let runs wait for their turn."""
        started: list[str] = []
        for first in range(0, len(runs), BATCH):
            some = runs[first : first + BATCH]
            entries = [
                part
                for run in some
                for part in (run.run_id, _name(run.owner), _name(run.graph_id), run.thread_id, run.priority)
            ]
            started += await self._call(_ENQUEUE, *entries)
        return started

    async def leave(self, ended: Iterable[tuple[str, timedelta | None]]) -> list[str]:
        """Forget runs that have ended or were cancelled.

        Args:
            ended: Run ids, each with how long the run took, if that tells of runs to come.
        """
        entries = [
            part
            for run_id, took in ended
            for part in (run_id, "" if took is None else f"{took.total_seconds():.3f}")
        ]
        return await self._call(_LEAVE, *entries)

    async def register_worker(self, worker: str, slots: int, *, lasting: timedelta) -> list[str]:
        """Note that a worker lives and how many runs it executes at a time; 0 when it leaves."""
        return await self._call(_REGISTER, worker, slots, lasting // timedelta(milliseconds=1))

    async def place(self, run_id: str) -> Place | None:
        """Where a run stands; None when it does not wait here."""
        reply = await _PLACE.call(self._redis, keys.FAIR_QUEUE, *self._allowed, run_id)
        if reply is None:
            return None
        position, capacity, mean = reply
        rounds = -(-position // capacity) if capacity else None
        return Place(position=position, seconds=rounds * float(mean) if rounds and mean else None)

    async def waiting(self) -> int:
        """How many runs wait."""
        return await self._send("ZCARD", keys.FAIR_QUEUE[0])

    async def active(self) -> list[RunKey]:
        """The runs whose turn has come and that have not ended."""
        found: dict[bytes, bytes] = await self._send("HGETALL", keys.FAIR_QUEUE[4])
        return [RunKey(value.decode().split(_SEPARATOR)[2], run.decode()) for run, value in found.items()]

    async def workers(self, moment: datetime) -> LivingWorkers:
        """The workers that are taken to live at this moment."""
        found: dict[bytes, bytes] = await self._send("HGETALL", keys.FAIR_QUEUE[6])
        told = [value.decode().split(_SEPARATOR) for value in found.values()]
        slots = [int(slots) for slots, until in told if int(until) > moment.timestamp() * 1000]
        return LivingWorkers(count=len(slots), slots=sum(slots))

    @property
    def _allowed(self) -> tuple[int, int, int]:
        return self._limits.per_owner, self._limits.per_graph, self._limits.total

    async def _call(self, script: lua.Script, *arguments: lua.Argument) -> list[str]:
        started = await script.call(self._redis, keys.FAIR_QUEUE, *self._allowed, *arguments)
        return [run.decode() for run in started]

    async def _send(self, *words: str) -> Any:
        client: Any = self._redis  # redis-py types commands for both of its clients at once
        return await client.execute_command(*words)


def _name(text: str) -> str:
    """An owner or graph as a part of a member: never empty, without the separator."""
    return text.replace(_SEPARATOR, "%1F") or "%"
