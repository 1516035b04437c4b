"""Creates, changes, copies, prunes and removes threads."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from langchain_core.utils.uuid import uuid7

from server.checkpoint import AsyncRedisSaver
from server.db.models import Thread, TtlStrategy, now
from server.db.repositories import removals, runs, threads
from server.db.session import Database
from server.db.storable import storable
from server.runs.cancelling import Canceller
from server.runs.removal import ThreadRemover
from server.runs.thread_ttl import ThreadTtl
from tools.errors import Conflict, NotFound

#: What a thread's metadata cannot be given: the service says it.
RESERVED_METADATA = ("thread_id", "assistant_id", "run_id", "cron_id", "counters_since_delta_snapshot")

STOPPING = 30  # seconds that the nodes of a thread's runs get to end before the thread is removed
LOOK_AGAIN = 0.02  # seconds


@dataclass(frozen=True, kw_only=True)
class ThreadService:
    """The life of threads."""

    database: Database
    checkpointer: AsyncRedisSaver
    canceller: Canceller
    remover: ThreadRemover

    async def create(
        self,
        *,
        thread_id: str | None = None,
        metadata: Mapping[str, Any],
        ttl: ThreadTtl | None = None,
        keep_existing: bool = False,
    ) -> Thread:
        """Create a thread; raises Conflict when its id is taken."""
        thread = Thread(thread_id=thread_id or str(uuid7()), meta=_allowed(metadata))
        # One moment for all three: a thread that has just been made has not been updated.
        thread.updated_at = thread.state_updated_at = thread.created_at
        if ttl is not None:
            ttl.give(thread)
        async with self.database.write() as session:
            await removals.refuse(session, thread.thread_id)
            return await threads.add(session, thread, keep_existing=keep_existing)

    async def get(self, thread_id: str) -> threads.Found:
        """A thread with what it held when it was last settled; raises NotFound."""
        async with self.database.read() as session:
            thread = await threads.get(session, thread_id)
            return threads.Found(thread, await threads.snapshot(session, thread_id))

    async def patch(self, thread_id: str, metadata: Mapping[str, Any], ttl: ThreadTtl | None) -> Thread:
        """Merge metadata into a thread's, and give it a TTL."""
        async with self.database.write() as session:
            thread = await threads.get(session, thread_id, lock=True)
            thread.meta = thread.meta | _allowed(metadata)
            thread.updated_at = now()
            if ttl is not None:
                ttl.give(thread)
            session.add(thread)
        return thread

    async def copy(self, thread_id: str) -> Thread:
        """A new thread with the same checkpoints, values and metadata; raises NotFound.

        Its row comes first: should the process die before the checkpoints are there, it can be removed.
        """
        async with self.database.write() as session:
            source = await threads.get(session, thread_id)
            held = await threads.snapshot(session, thread_id)
            stands = source.status == "interrupted"
            made = Thread(
                thread_id=str(uuid4()),
                meta=source.meta,
                status="interrupted" if stands else "idle",
                ttl_minutes=source.ttl_minutes,
                ttl_strategy=source.ttl_strategy,
            )
            made.updated_at = made.state_updated_at = made.created_at
            threads.renew(made)
            await threads.add(session, made)
            await threads.keep_snapshot(session, made.thread_id, held)
        try:
            await self.checkpointer.acopy_thread(thread_id, made.thread_id)
        except BaseException:
            await asyncio.shield(self.remover.remove(made.thread_id))
            raise
        return made

    async def delete(self, thread_id: str) -> None:
        """Remove a thread with everything that belongs to it; its runs are stopped first.

        Raises:
            NotFound: It is not there.
            Conflict: A run does not stop.
        """
        async with self.database.read() as session:
            await threads.get(session, thread_id)
        await self._stop(thread_id)
        await self.remover.remove(thread_id)

    async def prune(self, thread_ids: Sequence[str], strategy: TtlStrategy) -> int:
        """Remove threads, or all but the latest checkpoints of threads; returns how many were there."""
        pruned = 0
        for thread_id in dict.fromkeys(thread_ids):
            try:
                await (self.delete if strategy == "delete" else self.remover.keep_latest)(thread_id)
                pruned += 1
            except NotFound:
                continue
        return pruned

    async def _stop(self, thread_id: str) -> None:
        """Cancel a thread's runs, the latest first, so that none begins when the one before it ends."""
        async with self.database.read() as session:
            active = await runs.active_of_thread(session, thread_id)
        for run in reversed(active):
            try:
                await self.canceller.cancel(run.run_id)
            except NotFound:
                continue
        try:
            async with asyncio.timeout(STOPPING):
                while await self._is_active(thread_id):  # noqa: ASYNC110 - they end in other processes, too
                    await asyncio.sleep(LOOK_AGAIN)
        except TimeoutError:
            raise Conflict(
                f"A run of thread {thread_id} does not stop",
                hint="Its node takes its time to clean up. Try again in a minute.",
                code="thread_busy",
            ) from None

    async def _is_active(self, thread_id: str) -> bool:
        async with self.database.read() as session:
            return bool(await runs.active_of_thread(session, thread_id))


def _allowed(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return storable({key: value for key, value in metadata.items() if key not in RESERVED_METADATA})
