"""Stopping a run for good, wherever it is: waiting, under way, or at a worker that died."""

from dataclasses import dataclass

from server.db.models import ACTIVE, CancelAction, Run
from server.db.repositories import runs, threads
from server.db.session import Database
from server.keys import RunKey
from server.runs.ending import Outcome, RunEnding
from server.runs.executor import RunExecutor
from server.runs.leases import Leases
from server.runs.queue import TryLater


@dataclass(frozen=True, kw_only=True)
class Canceller:
    """Cancels runs."""

    database: Database
    leases: Leases
    ending: RunEnding
    executor: RunExecutor

    async def cancel(self, run_id: str, action: CancelAction = "interrupt") -> bool:
        """Stop a run: at once if it waits, within milliseconds if a living worker has it.

        What the run has done so far stays, or with the action ``rollback`` goes with the run.

        Returns:
            False when the run has ended already.

        Raises:
            NotFound: There is no such run.
        """
        run, was_waiting = await self._mark(run_id, action)
        if run.status not in ACTIVE and not was_waiting:
            return False
        if was_waiting:
            await self.ending.dispatcher.queue.cancel(run_id)
            await self.ending.follow_up(run)
        elif await self.leases.request_stop(RunKey(run.thread_id, run_id), action):
            # The worker's renewal reads the word in the lease if this quicker one is lost.
            await self.ending.dispatcher.queue.cancel(run_id)
        else:
            await self._take_over(run_id, action)
        return True

    async def _mark(self, run_id: str, action: CancelAction) -> tuple[Run, bool]:
        """Note the wish; a run that no worker has begun, or that was handed back, ends with it."""
        async with self.database.read() as session:
            run = await runs.get(session, run_id)
        outcome = Outcome(status="interrupted", awaits_answer=await self.executor.runner.stands_open(run))
        async with self.database.write() as session:
            thread = await threads.get(session, run.thread_id, lock=True)
            run = await runs.get(session, run_id, lock=True)
            is_waiting = run.status == "pending"
            if run.status in ACTIVE:
                run.cancel_action = action
                session.add(run)
            if is_waiting:
                await self.ending.settle(session, thread, run, outcome)
            return run, is_waiting

    async def _take_over(self, run_id: str, action: CancelAction) -> None:
        """End the run of a worker that died: the new lease shuts it out, should it wake up."""
        try:
            await self.executor.execute(run_id)
        except TryLater:
            async with self.database.read() as session:
                run = await runs.get(session, run_id)
            await self.leases.request_stop(RunKey(run.thread_id, run_id), action)
