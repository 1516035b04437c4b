"""Lists of runs."""

from collections.abc import Sequence

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.models import Run, RunStatus
from server.db.repositories import runs


async def newest(
    session: AsyncSession,
    *,
    statuses: Sequence[RunStatus] | None = None,
    graph_id: str | None = None,
    limit: int,
    before: str | None = None,
) -> list[Run]:
    """Runs, the newest first.

    Args:
        before: Only those older than the run with this id.

    Raises:
        NotFound: There is no such run to be older than.
    """
    query = select(Run).order_by(col(Run.created_at).desc(), col(Run.run_id).desc()).limit(limit)
    if statuses:
        query = query.where(col(Run.status).in_(statuses))
    if graph_id is not None:
        query = query.where(col(Run.graph_id) == graph_id)
    if before is not None:
        last = await runs.get(session, before)
        query = query.where(
            tuple_(col(Run.created_at), col(Run.run_id)) < tuple_(last.created_at, last.run_id)
        )
    return list((await session.exec(query)).all())


async def of_thread(
    session: AsyncSession, thread_id: str, *, status: RunStatus | None = None, limit: int, offset: int
) -> list[Run]:
    """One page of a thread's runs, the newest first."""
    query = select(Run).where(col(Run.thread_id) == thread_id)
    if status is not None:
        query = query.where(col(Run.status) == status)
    query = query.order_by(col(Run.created_at).desc(), col(Run.run_id).desc()).limit(limit).offset(offset)
    return list((await session.exec(query)).all())
