"""Executes runs: takes the lease, attempts the run, commits how it ended.

Whatever happens in between leaves the run to the next worker, which goes on from the last checkpoint.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn

from server import logs, metrics, tracing
from server.checkpoint import AsyncRedisSaver
from server.db.models import ACTIVE, Run, Thread, now
from server.db.repositories import runs
from server.db.repositories.runs import Ahead
from server.db.session import Database
from server.keys import RunKey
from server.runs.attempt import GraphRunner, HandedOver, RedisGone
from server.runs.ending import Ended, LeaseLost, Outcome, RunEnding
from server.runs.held import HeldRun, HeldRuns
from server.runs.leases import Lease, LeaseHeld, Leases
from server.runs.queue import TryLater
from server.runs.taking import take_thread
from tools.errors import NotFound

logger = logging.getLogger(__name__)

AT_ONCE = timedelta(0)
SOON = timedelta(seconds=1)  # until a run is tried again that cannot begin now


@dataclass(frozen=True, kw_only=True)
class RunExecutor:
    """Executes runs in this process.

    Args:
        worker: The name of this process, for people to read.
    """

    worker: str
    database: Database
    leases: Leases
    held: HeldRuns
    checkpointer: AsyncRedisSaver
    runner: GraphRunner
    ending: RunEnding

    async def execute(self, run_id: str) -> None:
        """Bring a run to its end. Of a run that has ended, do what may have been left to do.

        A cancellation of this call stops what the graph does, and nothing of what has to follow.

        Raises:
            TryLater: It goes on elsewhere, or at another time.
        """
        life = asyncio.create_task(self._live(run_id))
        while not life.done():
            try:
                await asyncio.shield(life)
            except asyncio.CancelledError:
                _unwind_cancellation()
                self.held.stop(run_id, "asked")
        life.result()

    async def _live(self, run_id: str) -> None:
        try:
            async with self.database.read(brief=True) as session:
                run, thread = await runs.with_thread(session, run_id)
        except NotFound:
            return await self.ending.forget(run_id)
        if run.status in ACTIVE:
            lease = await self._claim(run, floor=thread.epoch)
            try:
                ended = await self._hold(run, lease)
            finally:
                await self.leases.release(lease)
            if ended is not None:
                return await self.ending.follow_up(ended.run, ended)
            run = await self._row(run_id)
        if run.status not in ACTIVE:  # else another worker has it, and sees to what follows
            await self.ending.follow_up(run)
        return None

    async def _claim(self, run: Run, *, floor: int) -> Lease:
        key = RunKey(run.thread_id, run.run_id)
        try:
            # From here on nobody else may write; what is read below stays true.
            return await take_thread(self.leases, self.checkpointer, key, worker=self.worker, floor=floor)
        except LeaseHeld as held:
            raise TryLater(held.left) from held

    async def _hold(self, run: Run, lease: Lease) -> Ended | None:
        """Execute a run under its lease, and commit how it ended; None when that is not for us to say."""
        with self.held.holding(lease) as held:
            try:
                outcome = await self._begin_and_attempt(run, held)
            except asyncio.CancelledError:
                outcome = await self._stopped(run, held)
            except HandedOver:
                outcome = await self._hand_over(lease)
            except RedisGone:  # no fault of the run's, so it counts as handed over
                outcome = await self._hand_over(lease)
            except LeaseLost as lost:
                outcome = self._lost(run.run_id, lost.sign)
            return None if outcome is None else await self._commit(run, lease, outcome)

    async def _begin_and_attempt(self, run: Run, held: HeldRun) -> Outcome | None:
        reached = await self._reached(run) if run.status == "running" else None
        begun = await self._begin(run, held.lease, reached)
        if begun is None:
            return None
        metrics.attempt_begun(run.graph_id, after_crash=reached is not None)
        # Only the graph can be cancelled: a transaction that is cancelled may hold its lock for long.
        return await held.execute(self._attempt(begun, held))

    async def _attempt(self, run: Run, held: HeldRun) -> Outcome:
        with tracing.run_span(run) as span, logs.about_run(run.run_id):
            outcome = await self.runner.attempt(run, held)
            span.ended(outcome.status, outcome.failure["error"] if outcome.failure else None)
            return outcome

    async def _begin(self, run: Run, lease: Lease, reached: str | None) -> Run | None:
        """Mark a run as running here; None when it has nothing left to do.

        Rolled-back runs of its thread are removed with what they left: it starts from before them. The
        process that ended them does so, too; it may have died on the way.

        Args:
            reached: The checkpoint of the last step that it has completed, if a worker was lost with it.

        Raises:
            LeaseLost: A newer worker is in the database already.
            TryLater: An older run of the thread comes first.
        """
        while True:
            async with self.database.write(brief=True) as session:
                run, thread = await runs.with_thread(session, run.run_id, lock=True)
                ahead = await runs.ahead_on_thread(session, run.thread_id)
                others = [run_id for run_id in ahead.rolled_back if run_id != run.run_id]
                if not others:
                    if not _may_begin(run, thread, lease, ahead):
                        return None
                    _mark_begun(run, thread, lease, reached)
                    session.add_all((thread, run))
                    return run
            for run_id in others:
                with suppress(NotFound):  # it is removed meanwhile
                    await self.ending.follow_up(await self._row(run_id))

    async def _reached(self, run: Run) -> str:
        """The checkpoint of the last step that a run has completed, "" before its first node has."""
        found = await self.checkpointer.aget_tuple({"configurable": {"thread_id": run.thread_id}})
        if found is None or found.metadata.get("run_id") != run.run_id or found.parent_config is None:
            return ""
        # An input's checkpoint, and the one after it, in which nothing but START has run, complete no node.
        before = await self.checkpointer.aget_tuple(found.parent_config)
        sources = {found.metadata.get("source"), before.metadata.get("source") if before else None}
        return "" if "input" in sources else found.checkpoint["id"]

    async def _stopped(self, run: Run, held: HeldRun) -> Outcome | None:
        """What a cancelled task makes of its run; None when another worker decides."""
        reason = held.stop_reason
        if reason == "asked":
            reason = (await self._row(run.run_id)).cancel_action or "hand_over"
        if reason == "lost":
            return self._lost(run.run_id, "its lease is another's")
        if reason == "hand_over":
            await self._hand_over(held.lease)
        if reason is None:
            failure = {"error": "CancelledError", "message": "A node cancelled itself."}
            return Outcome(status="error", failure=failure)
        return Outcome(status="interrupted", awaits_answer=await self.runner.stands_open(run))

    def _lost(self, run_id: str, sign: str) -> None:
        """Nothing is left to do here about a run that another worker has."""
        metrics.write_refused("run")
        logger.warning("Run %s goes on at another worker (%s)", run_id, sign)

    async def _commit(self, run: Run, lease: Lease, outcome: Outcome) -> Ended | None:
        try:
            return await self.ending.commit(lease.run, outcome, epoch=lease.epoch, graph_id=run.graph_id)
        except LeaseLost as lost:
            return self._lost(run.run_id, lost.sign)

    async def _hand_over(self, lease: Lease) -> NoReturn:
        """Leave a run where it is; the next worker goes on from its last checkpoint.

        Raises:
            TryLater: Always: this is how the queue learns of it.
        """
        async with self.database.write() as session:
            run, thread = await runs.with_thread(session, lease.run.run_id, lock=True)
            if thread.epoch == lease.epoch and run.status == "running":
                run.status, run.updated_at = "pending", now()
                session.add(run)
        metrics.handed_over()
        logger.info("Run %s is handed over", lease.run.run_id)
        raise TryLater(AT_ONCE)

    async def _row(self, run_id: str) -> Run:
        async with self.database.read() as session:
            return await runs.get(session, run_id)


def _may_begin(run: Run, thread: Thread, lease: Lease, ahead: Ahead) -> bool:
    """Whether a run has work left to do; raises, as RunExecutor._begin, when this is not its turn."""
    if run.status not in ACTIVE:
        return False
    if thread.epoch >= lease.epoch:
        raise LeaseLost(run.run_id, "another worker has begun it since")
    if ahead.waiting and ahead.waiting[0] != run.run_id:
        raise TryLater(SOON)
    return True


def _mark_begun(run: Run, thread: Thread, lease: Lease, reached: str | None) -> None:
    thread.epoch = lease.epoch
    if reached is not None:
        run.crashes = run.crashes + 1 if run.crashed_at == reached else 1
        run.crashed_at = reached
    run.status = "running"
    run.attempt += 1
    run.started_at = run.started_at or now()
    run.updated_at = now()


def _unwind_cancellation() -> None:
    """Have this task go on although it was cancelled: there is work to finish."""
    task: asyncio.Task[Any] | None = asyncio.current_task()
    while task is not None and task.cancelling():
        task.uncancel()
