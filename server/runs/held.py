"""The runs that this process executes: their leases, and how each of them is stopped."""

import asyncio
import logging
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, TypeVar

from langgraph.runtime import RunControl

from server.db.models import CancelAction
from server.lua import UNANSWERED
from server.runs.leases import Lease, Leases

logger = logging.getLogger(__name__)

T = TypeVar("T")

CLEAN_UP = timedelta(seconds=3)  # that a cancelled node gets to end well when its worker stops

#: "asked" is for somebody's word that says no more: the run's row does.
StopReason = Literal["lost", "hand_over", "asked"] | CancelAction


@dataclass(eq=False)
class HeldRun:
    """One run under way here."""

    lease: Lease
    control: RunControl = field(default_factory=RunControl)
    stop_reason: StopReason | None = None  #: Why it was told to stop, if it was.
    task: asyncio.Task[Any] | None = None  #: What executes it.

    def stop(self, reason: StopReason) -> None:
        """Cancel what executes it; the first reason stands.

        May be repeated, and must be: before Python 3.12 `asyncio.wait_for`, through which redis-py sends
        every command, can swallow a cancellation.
        """
        self.stop_reason = self.stop_reason or reason
        if self.task is not None:
            self.task.cancel()

    async def execute(self, graph: Coroutine[Any, Any, T]) -> T:
        """Execute what may be cancelled; raises CancelledError when it was, or is to be stopped already."""
        self.task = asyncio.create_task(graph)
        if self.stop_reason is not None:
            self.task.cancel()
        return await self.task


class HeldRuns:
    """All runs under way in this process.

    Args:
        leases: Where their leases lie.
    """

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self._held: set[HeldRun] = set()
        self._is_draining = False
        self.slots = 0  #: Runs that this process executes at a time.

    def __len__(self) -> int:
        return len(self._held)

    @contextmanager
    def holding(self, lease: Lease) -> Generator[HeldRun]:
        """Note a run as under way for as long as the with block runs."""
        held = HeldRun(lease)
        if self._is_draining:
            held.control.request_drain()
        self._held.add(held)
        try:
            yield held
        finally:
            self._held.discard(held)

    def stop(self, run_id: str, reason: StopReason) -> None:
        """Cancel what executes a run, if it is under way here."""
        for held in self._held:
            if held.lease.run.run_id == run_id:
                held.stop(reason)

    async def renew(self) -> None:
        """Renew all leases once, and stop the runs that were lost or are to be cancelled."""
        held = {run.lease: run for run in self._held}
        if not held:
            return
        try:
            answers = await self._leases.renew(list(held))
        except UNANSWERED as error:
            # The runs go on: their writes wait for Redis as well, and are refused if it was too long.
            logger.warning("Leases could not be renewed: %s", error)
            return
        for lease, answer in answers.items():
            if answer != "held":
                held[lease].stop(answer)

    async def drain(self, grace: timedelta) -> None:
        """Let every run stop after its present step, and cancel those that take longer than the grace."""
        self._is_draining = True
        for run in self._held:
            run.control.request_drain()
        await self._wait(grace)
        for _ in range(2):
            for run in self._held:
                run.stop("hand_over")
            await self._wait(CLEAN_UP)

    async def _wait(self, longest: timedelta) -> None:
        under_way = [run.task for run in self._held if run.task is not None]
        if under_way:
            await asyncio.wait(under_way, timeout=longest.total_seconds())
