"""Removal rows, and the threads that become them."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, or_
from sqlalchemy import select as sa_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.models import ACTIVE, Delivery, Removal, Run, RunFile, Thread, TtlStrategy
from server.db.repositories import runs, threads
from tools.errors import Conflict


async def expired_threads(session: AsyncSession, moment: datetime, *, limit: int) -> list[str]:
    """Threads of runs whose keeping ended before this moment, and that nothing needs any more.

    A thread with work ahead is needed, and so is one whose news is still on its way to a webhook, or of which
    a later run, such as a retry, is kept longer.
    """
    working = select(Run.thread_id).where(col(Run.status).in_(ACTIVE))
    keeping = select(Run.thread_id).where(or_(col(Run.expires_at).is_(None), col(Run.expires_at) >= moment))
    query = (
        select(Run.thread_id)
        .where(
            col(Run.thread_id).not_in(keeping),
            col(Run.expires_at) < moment,
            col(Run.thread_id).not_in(working),
            col(Run.thread_id).not_in(_telling()),
        )
        .distinct()
        .limit(limit)
    )
    return list((await session.exec(query)).all())


class Outlived(NamedTuple):
    """A thread whose TTL is over, and what becomes of it."""

    thread_id: str
    strategy: TtlStrategy


async def outlived_threads(
    session: AsyncSession,
    moment: datetime,
    *,
    limit: int,
    default: tuple[timedelta, TtlStrategy] | None = None,
) -> list[Outlived]:
    """Threads whose TTL ended before this moment and that nothing needs any more.

    Args:
        default: TTL of threads without one of their own, counted from their last change, and its strategy.
    """
    own = col(Thread.expires_at) < moment
    if default is None:
        ended = own
    else:
        ended = or_(own, col(Thread.ttl_minutes).is_(None) & (col(Thread.updated_at) < moment - default[0]))
    strategy = func.coalesce(col(Thread.ttl_strategy), default[1] if default else "delete")
    unpruned = or_(col(Thread.pruned_at).is_(None), col(Thread.pruned_at) < col(Thread.updated_at))
    query = (
        sa_select(col(Thread.thread_id), strategy)
        .where(
            ended,
            or_(strategy == "delete", unpruned),
            col(Thread.status) != "busy",
            col(Thread.thread_id).not_in(_telling()),
        )
        .limit(limit)
    )
    connection = await session.connection()
    return [Outlived(*row) for row in await connection.execute(query)]


def _telling() -> Any:
    """Threads of runs whose news is still on its way to a webhook."""
    return (
        select(Run.thread_id)
        .join(Delivery, col(Delivery.run_id) == col(Run.run_id))
        .where(col(Delivery.status) == "pending")
    )


async def begin(session: AsyncSession, thread_id: str, *, unless_needed: bool = False) -> Removal | None:
    """Delete a thread's rows.

    Args:
        unless_needed: Leave a thread with work ahead alone, and return None for it.

    Returns:
        What of it lies elsewhere; None for a thread that is not there.
    """
    thread = await session.get(Thread, thread_id, with_for_update=True)
    if thread is None or (unless_needed and await runs.active_of_thread(session, thread_id)):
        return None
    run_ids = await session.exec(select(Run.run_id).where(col(Run.thread_id) == thread_id))
    file_ids = await session.exec(select(RunFile.file_id).where(col(RunFile.thread_id) == thread_id))
    removal = Removal(thread_id=thread_id, run_ids=list(run_ids.all()), file_ids=list(file_ids.all()))
    session.add(removal)
    await threads.remove(session, thread_id)
    return removal


async def refuse(session: AsyncSession, thread_id: str) -> None:
    """Raise Conflict for a thread's id while the remains of an earlier thread are found under it."""
    if await session.get(Removal, thread_id) is not None:
        raise Conflict(
            f"Thread with ID {thread_id} is being removed",
            hint="Try again in a minute, or choose another id.",
            code="thread_being_removed",
        )


async def begun(session: AsyncSession, *, limit: int) -> list[Removal]:
    """Removals that are not finished, oldest first."""
    query = select(Removal).order_by(col(Removal.created_at)).limit(limit)
    return list((await session.exec(query)).all())


async def finish(session: AsyncSession, removal: Removal) -> None:
    """Nothing is left of it."""
    found = await session.get(Removal, removal.thread_id)
    if found is not None:
        await session.delete(found)
