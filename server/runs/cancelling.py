"""Stopping a run for good, wherever it is: waiting, under way, or at a worker that died."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from server.db.models import ACTIVE, CancelAction, Run
from server.db.repositories import runs, threads
from server.db.session import Database
from server.keys import RunKey
from server.lua import UNANSWERED
from server.runs.ending import Outcome, RunEnding
from server.runs.executor import RunExecutor
from server.runs.leases import Leases
from server.runs.queue import TryLater
from tools.cancellation import end
from tools.errors import NotFound

LOOK_AGAIN = timedelta(seconds=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Canceller:
    """Cancels runs."""

    database: Database
    leases: Leases
    ending: RunEnding
    executor: RunExecutor
    _seeing_through: set[asyncio.Task[None]] = field(default_factory=set["asyncio.Task[None]"])

    async def cancel(self, run_id: str, action: CancelAction = "interrupt") -> bool:
        """Stop a run: at once if it waits, within milliseconds if a living worker has it.

        A worker's run has not ended yet when this returns.
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
        else:
            task = asyncio.create_task(self._see_through(RunKey(run.thread_id, run_id), action))
            self._seeing_through.add(task)
            task.add_done_callback(self._seeing_through.discard)
        return True

    async def close(self) -> None:
        """See nothing through any more: what is left of it stands in the runs' rows."""
        await asyncio.gather(*map(end, self._seeing_through))

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
                # What is to be rolled back stays so, whoever else only wants it stopped.
                run.cancel_action = "rollback" if run.cancel_action == "rollback" else action
                session.add(run)
            if is_waiting:
                await self.ending.settle(session, thread, run, outcome)
            return run, is_waiting

    async def _see_through(self, key: RunKey, action: CancelAction) -> None:
        """Tell the worker that has the run; end the run here if that one has died.

        Should this process die, too, the wish stands in the run's row for the next worker.
        """
        told: set[RunKey] = set()
        while True:
            try:
                if not await self._is_active(key.run_id):
                    return
                pause = await self._press(key, action, told)
            except (SQLAlchemyError, *UNANSWERED) as error:
                logger.warning("Run %s could not be stopped yet, which is tried again: %s", key.run_id, error)
                pause = LOOK_AGAIN
            await asyncio.sleep(min(pause, LOOK_AGAIN).total_seconds())

    async def _press(self, key: RunKey, action: CancelAction, told: set[RunKey]) -> timedelta:
        """One round of seeing through; after how long to look again.

        Args:
            told: Of which runs a worker has had word; this one is added.
        """
        if await self.leases.request_stop(key, action):
            if key not in told:
                # Once: a second word would disturb what the node does to end well. Should this one be
                # lost, the worker's renewal reads it in the lease.
                await self.ending.dispatcher.queue.cancel(key.run_id)
                told.add(key)
            return await self.leases.time_left(key)
        try:
            # The new lease shuts the old worker out, should it wake up.
            await self.executor.execute(key.run_id)
        except TryLater as later:
            return later.delay
        return timedelta(0)

    async def _is_active(self, run_id: str) -> bool:
        async with self.database.read() as session:
            try:
                return (await runs.get(session, run_id)).status in ACTIVE
            except NotFound:
                return False
