"""How a run ends, and what follows.

The order is fixed: the terminal status is committed, then the log is closed, then the webhook is queued and
the thread's next run may begin. Every step may be repeated: a process that dies in between leaves the rest
to whoever finds the run next.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import StateSnapshot
from sqlmodel.ext.asyncio.session import AsyncSession

from server import metrics
from server.db.models import ACTIVE, Run, RunStatus, Thread, now
from server.db.repositories import deliveries, runs, threads
from server.db.session import Database
from server.keys import RunKey
from server.runs.dispatch import Dispatcher
from server.runs.snapshots import Snapshots
from server.stream.broker import EventBroker

logger = logging.getLogger(__name__)

Failure = dict[str, str]

USER_INTERRUPT: Failure = {
    "error": "UserInterrupt",
    "message": "interrupt requested via POST /threads/{thread_id}/runs/{run_id}/cancel",
}  # what the thread of a cancelled run shows, in the official server's words

KEEP_TEMPORARY = timedelta(minutes=10)  # time for the caller of a stateless run to fetch its result


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How an attempt ended."""

    status: RunStatus
    failure: Failure | None = None
    awaits_answer: bool = False  #: The graph stands at an interrupt.
    state: StateSnapshot | None = None  #: What the thread holds at the end; None: to be read.


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A run whose end is committed, with what its thread holds."""

    run: Run
    is_followed: bool  #: Its thread has more runs to come; one accepted later looks for itself.


class LeaseLost(Exception):
    """Another worker has the run now; this one may write nothing more.

    Args:
        sign: By what it shows, for people to read.
    """

    def __init__(self, run_id: str, sign: str) -> None:
        super().__init__(f"Run {run_id} is no longer this worker's: {sign}")
        self.sign = sign


@dataclass(frozen=True, kw_only=True)
class RunEnding:
    """Ends runs.

    Args:
        keep_results: How long runs of an old contract are kept after their end.
        tells: Whether webhooks are called at all.
    """

    database: Database
    broker: EventBroker
    dispatcher: Dispatcher
    checkpointer: BaseCheckpointSaver[str]
    snapshots: Snapshots
    keep_results: timedelta
    tells: bool = True

    async def commit(self, key: RunKey, outcome: Outcome, *, epoch: int, graph_id: str) -> Ended:
        """Commit how a run ended, as the worker with this epoch.

        Args:
            graph_id: Of the run: its graph tells what the thread holds.

        Raises:
            LeaseLost: The thread has a newer epoch, or somebody has ended the run.
        """
        snapshot = await self.snapshots.take(key.thread_id, graph_id, outcome.state)
        async with self.database.write(brief=True) as session:
            run, thread = await runs.with_thread(session, key.run_id, lock=True)
            if thread.epoch != epoch or run.status not in ACTIVE:
                raise LeaseLost(key.run_id, "its end was refused")
            await self.settle(session, thread, run, outcome)
            await threads.keep_snapshot(session, key.thread_id, snapshot)
            return Ended(run=run, is_followed=thread.status == "busy")

    async def settle(self, session: AsyncSession, thread: Thread, run: Run, outcome: Outcome) -> None:
        """Give locked rows the marks of an end."""
        run.status, run.error = outcome.status, outcome.failure
        run.ended_at = run.updated_at = now()
        run.expires_at = self._expiry(run)
        session.add(run)
        if self.tells and run.cancel_action != "rollback":  # which leaves no run to tell of
            await deliveries.add(session, run)
        await session.flush()
        await threads.settle(session, thread, error=outcome.failure, interrupted=outcome.awaits_answer)
        if outcome.status == "interrupted":
            thread.error = USER_INTERRUPT
        metrics.run_ended(run.graph_id, outcome.status, _seconds(run))
        logger.info("Run %s of %s ended: %s", run.run_id, run.graph_id, outcome.status)

    async def follow_up(self, run: Run, committed: Ended | None = None) -> None:
        """What follows a committed end.

        Args:
            committed: What is known of it by who has just committed it.
        """
        if run.cancel_action == "rollback":
            await self.checkpointer.adelete_for_runs([run.run_id])
        if run.cancel_action is not None or not (committed or await self.snapshots.is_kept(run.thread_id)):
            await self.snapshots.refresh(run.thread_id, run.graph_id)
        await self.broker.end(RunKey(run.thread_id, run.run_id))
        if run.cancel_action == "rollback":
            async with self.database.write() as session:
                await runs.remove(session, run.run_id)
        elif self.tells and run.kwargs["webhook"]:
            await self.dispatcher.queue.submit_delivery(run.run_id, attempt=1)
        await self.dispatcher.leave((run.run_id, _took(run)))
        if committed is None or committed.is_followed:
            await self._let_next_in(run.thread_id)

    async def _let_next_in(self, thread_id: str) -> None:
        async with self.database.read(brief=True) as session:
            following = await runs.next_of_thread(session, thread_id)
        if following is not None:
            await self.dispatcher.enqueue(following)

    async def forget(self, run_id: str) -> None:
        """What follows when a run's row is gone."""
        await self.dispatcher.leave((run_id, None))

    def _expiry(self, run: Run) -> datetime | None:
        if run.contract is not None:
            return now() + self.keep_results
        return now() + KEEP_TEMPORARY if run.kwargs["temporary"] else None


def _seconds(run: Run) -> float | None:
    """From a run's first start to its end."""
    if run.started_at is None or run.ended_at is None:
        return None
    return (run.ended_at - run.started_at).total_seconds()


def _took(run: Run) -> timedelta | None:
    """How long a run took, if it came to its own end."""
    if run.status != "success" or run.started_at is None or run.ended_at is None:
        return None
    return run.ended_at - run.started_at
