"""Taking a thread: its lease, and the word to its checkpoints that earlier holders may write no more."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from server.checkpoint import AsyncRedisSaver, StaleFencingToken
from server.keys import RunKey
from server.lua import UNANSWERED
from server.runs.leases import Lease, Leases
from tools.cancellation import completed, end


async def take_thread(
    leases: Leases, checkpointer: AsyncRedisSaver, run: RunKey, *, worker: str, floor: int = 0
) -> Lease:
    """Take a thread for a run, and shut every earlier writer out. When that fails, nothing is held.

    Args:
        leases: Outlast the way from one Redis command to the next.
        checkpointer: Where the thread's checkpoints lie, which are kept for longer than what leases know.
        run: Whom it is for.
        worker: Who takes it, for people to read.
        floor: The greatest epoch that the database knows of this thread.

    Raises:
        LeaseHeld: Another lease of this thread is alive.
    """
    while True:
        lease = await leases.claim(run, worker=worker, floor=floor)
        try:
            await checkpointer.afence(run.thread_id, lease.epoch)
        except StaleFencingToken as stale:
            await leases.release(lease)
            floor = stale.seen
        except BaseException:
            await completed(leases.release(lease))
            raise
        else:
            return lease


@asynccontextmanager
async def thread_taken(
    leases: Leases, checkpointer: AsyncRedisSaver, run: RunKey, *, worker: str
) -> AsyncGenerator[Lease]:
    """A thread, taken as by ``take_thread``, and free after the block, whenever that is given up.

    Raises:
        LeaseHeld: Another lease of this thread is alive.
    """
    taking = asyncio.create_task(take_thread(leases, checkpointer, run, worker=worker))
    renewing: asyncio.Task[None] | None = None
    try:
        lease = await asyncio.shield(taking)  # a command that is cut may have been obeyed all the same
        renewing = asyncio.create_task(_renew(leases, lease))
        yield lease
    finally:
        await completed(_give_back(leases, taking, renewing))


async def _renew(leases: Leases, lease: Lease) -> None:
    while True:
        await asyncio.sleep(leases.renewed_every.total_seconds())
        with suppress(*UNANSWERED):  # the lease lasts for several rounds
            await leases.renew([lease])


async def _give_back(
    leases: Leases, taking: asyncio.Task[Lease], renewing: asyncio.Task[None] | None
) -> None:
    if renewing is not None:
        await end(renewing)
    await asyncio.wait({taking})
    if taking.exception() is None:
        await leases.release(taking.result())
