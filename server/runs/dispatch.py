"""From the fair queue to the engine: whoever changes the queue hands over the runs whose turn has come.

A process that dies between the two leaves runs that are active and nowhere queued; `RunService.recover`
queues them again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from server.runs.fair_queue import Entrant, FairQueue
from server.runs.queue import RunQueue


@dataclass(frozen=True, kw_only=True)
class Dispatcher:
    """Moves runs through the fair queue. Every call may be repeated."""

    fair_queue: FairQueue
    queue: RunQueue

    async def enqueue(self, *runs: Entrant) -> None:
        """Let runs wait for their turn."""
        await self.submit(await self.fair_queue.enqueue(runs))

    async def leave(self, *ended: tuple[str, timedelta | None]) -> None:
        """Forget runs that have ended, each with how long it took if that tells of others to come."""
        await self.submit(await self.fair_queue.leave(ended))

    async def register_worker(self, worker: str, slots: int, *, lasting: timedelta) -> None:
        """Note that a worker lives and how many runs it executes at a time; 0 when it leaves."""
        await self.submit(await self.fair_queue.register_worker(worker, slots, lasting=lasting))

    async def submit(self, run_ids: Iterable[str]) -> None:
        """Hand runs to the engine."""
        for run_id in run_ids:
            await self.queue.submit(run_id)

    async def withdraw(self, run_ids: Sequence[str]) -> None:
        """Take runs out of both queues; a worker that executes one of them is told to stop."""
        for run_id in run_ids:
            await self.queue.cancel(run_id)
        await self.leave(*((run_id, None) for run_id in run_ids))
