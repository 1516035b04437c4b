"""Lists of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.models import Run, RunStatus, Thread
from server.db.repositories import runs


@dataclass(frozen=True, kw_only=True)
class RunFilter:
    """Which runs of an assistant are meant: those that fit every field that is not None."""

    assistant_id: str
    thread_id: str | None = None
    statuses: Sequence[RunStatus] | None = None
    asks: bool | None = None  #: Whether the run is its thread's last, and the thread waits for an answer.
    since: datetime | None = None  #: When it changed last, at the earliest.


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


async def last_changed(
    session: AsyncSession, wanted: RunFilter, *, limit: int, after: tuple[datetime, str] | None = None
) -> list[Run]:
    """The runs that fit, those that changed last first.

    Args:
        after: Only those that come after the run that changed then and has this id.
    """
    order = (col(Run.updated_at), col(Run.run_id))
    query = select(Run).where(*_conditions(wanted)).order_by(*(place.desc() for place in order)).limit(limit)
    if after is not None:
        query = query.where(tuple_(*order) < tuple_(*after))
    return list((await session.exec(query)).all())


async def count(session: AsyncSession, wanted: RunFilter) -> int:
    """How many runs fit."""
    query = select(func.count()).select_from(Run).where(*_conditions(wanted))
    return (await session.exec(query)).one()


def _conditions(wanted: RunFilter) -> list[Any]:
    conditions: list[Any] = [col(Run.assistant_id) == wanted.assistant_id]
    if wanted.thread_id is not None:
        conditions.append(col(Run.thread_id) == wanted.thread_id)
    if wanted.statuses is not None:
        conditions.append(col(Run.status).in_(wanted.statuses))
    if wanted.since is not None:
        conditions.append(col(Run.updated_at) >= wanted.since)
    if wanted.asks is not None:
        later = aliased(Run)
        is_last = ~exists().where(
            col(later.thread_id) == col(Run.thread_id),
            tuple_(col(later.created_at), col(later.run_id)) > tuple_(col(Run.created_at), col(Run.run_id)),
        )
        waits = exists().where(
            col(Thread.thread_id) == col(Run.thread_id), col(Thread.status) == "interrupted"
        )
        conditions.append(and_(is_last, waits) if wanted.asks else ~and_(is_last, waits))
    return conditions
