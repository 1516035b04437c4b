"""Removes threads with everything that belongs to them, wherever it lies.

The rows go first, so who asks in between is told that there is no such thread, not that it is broken. The
same transaction notes what is left elsewhere; the note goes when nothing is left, so a process that dies in
between leaves work for the sweeper and no remains.
"""

import logging
from dataclasses import dataclass

from langgraph.checkpoint.base import BaseCheckpointSaver

from server.db.models import Removal, Run, now
from server.db.repositories import removals, runs, threads
from server.db.session import Database
from server.files.library import FileLibrary
from server.keys import RunKey
from server.runs.leases import Leases
from server.stream.broker import EventBroker
from tools.errors import NotFound

logger = logging.getLogger(__name__)

AT_ONCE = 500  # removals of one pass; the next one goes on


@dataclass(frozen=True, kw_only=True)
class ThreadRemover:
    """Removes rows, checkpoints, events, leases and files."""

    database: Database
    broker: EventBroker
    leases: Leases
    checkpointer: BaseCheckpointSaver[str]
    files: FileLibrary

    async def remove(self, thread_id: str, *, unless_needed: bool = False) -> bool:
        """Remove a thread with its runs, and the files that they wrote.

        Args:
            unless_needed: Leave a thread that has work ahead alone.

        Returns:
            Whether it was there and is gone.
        """
        async with self.database.write() as session:
            removal = await removals.begin(session, thread_id, unless_needed=unless_needed)
        if removal is None:
            return False
        await self._finish(removal)
        return True

    async def remove_run(self, run: Run) -> None:
        """Remove an ended run's row and events; what it did to its thread stays."""
        async with self.database.write() as session:
            await runs.remove(session, run.run_id)
        await self.broker.delete(RunKey(run.thread_id, run.run_id))

    async def keep_latest(self, thread_id: str) -> None:
        """Remove all checkpoints of a thread but the latest, and those from which that one is rebuilt."""
        async with self.database.write() as session:
            thread = await threads.get(session, thread_id, lock=True)
            thread.pruned_at = now()
            session.add(thread)
        await self.checkpointer.aprune([thread_id])

    async def finish(self) -> int:
        """Finish what other processes began and did not end; returns how many threads."""
        async with self.database.read() as session:
            begun = await removals.begun(session, limit=AT_ONCE)
        finished = 0
        for removal in begun:
            try:
                await self._finish(removal)
                finished += 1
            except Exception:  # one that fails must not keep the others
                logger.exception("Thread %s cannot be removed whole; it is tried again", removal.thread_id)
        return finished

    async def _finish(self, removal: Removal) -> None:
        await self.checkpointer.adelete_thread(removal.thread_id)
        for run_id in removal.run_ids:
            await self.broker.delete(RunKey(removal.thread_id, run_id))
        await self.leases.forget(removal.thread_id)
        for file_id in removal.file_ids:
            await self._delete_file(file_id)
        async with self.database.write() as session:
            await removals.finish(session, removal)

    async def _delete_file(self, file_id: str) -> None:
        try:
            await self.files.remove(file_id)
        except NotFound:
            return  # an earlier pass, or the run itself, was first
