"""Removes assistants with what depends on them."""

from dataclasses import dataclass

from sqlmodel import col, delete, select

from server import access
from server.db.containment import contains
from server.db.models import ACTIVE, Cron, Run, Thread
from server.db.repositories import assistants
from server.db.session import Database
from server.runs.cancelling import Canceller
from server.runs.removal import ThreadRemover


@dataclass(frozen=True, kw_only=True)
class AssistantRemover:
    """Removes assistants, their versions, their crons, and their threads if that is wanted."""

    database: Database
    canceller: Canceller
    remover: ThreadRemover

    async def remove(self, assistant_id: str, *, with_threads: bool = False) -> None:
        """Remove an assistant; its runs that are not over are cancelled. Raises NotFound.

        Args:
            with_threads: Remove the threads that ran it last, too.
        """
        async with self.database.write() as session:
            await assistants.get(session, assistant_id, lock=True)
            await session.exec(delete(Cron).where(col(Cron.assistant_id) == assistant_id))
            await assistants.remove(session, assistant_id)
            active = col(Run.status).in_(ACTIVE)
            runs = await session.exec(select(Run.run_id).where(col(Run.assistant_id) == assistant_id, active))
            ran_it = contains(Thread.meta, {"assistant_id": assistant_id})
            threads = await session.exec(select(Thread.thread_id).where(ran_it))
            run_ids, thread_ids = list(runs.all()), list(threads.all())
        with access.bind(None):  # who may delete an assistant need not see every run of it
            for run_id in run_ids:
                await self.canceller.cancel(run_id)
            for thread_id in thread_ids if with_threads else ():
                await self.remover.remove(thread_id)
