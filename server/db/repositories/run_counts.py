"""How many runs are in which state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy import exists, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.db.models import Run, RunPriority, RunStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class RunCounts:
    """Of all runs that are kept."""

    by_status: Mapping[str, int]  #: Every status, also those without a run.
    pending_by_priority: Mapping[str, int]  #: Every priority.
    longest_wait: timedelta | None  #: Of the pending runs; None without any.
    median_wait: timedelta | None
    longest_unblocked_wait: timedelta | None  #: Of those whose thread is free.


async def count(session: AsyncSession, moment: datetime) -> RunCounts:
    """Count them, as of this moment."""
    by_status = select(col(Run.status), func.count()).group_by(col(Run.status))
    pending = col(Run.status) == "pending"
    by_priority = select(col(Run.priority), func.count()).where(pending).group_by(col(Run.priority))
    statuses = dict.fromkeys(get_args(RunStatus), 0) | dict((await session.exec(by_status)).all())
    priorities = dict.fromkeys(get_args(RunPriority), 0) | dict((await session.exec(by_priority)).all())
    waits = select(Run.created_at).where(pending).order_by(col(Run.created_at))
    other: Any = aliased(Run)
    is_blocked = exists().where(other.thread_id == col(Run.thread_id), other.status == "running")
    middle = max(0, statuses["pending"] - 1) // 2
    return RunCounts(
        by_status=statuses,
        pending_by_priority=priorities,
        longest_wait=await _since(session, waits, moment),
        median_wait=await _since(session, waits.offset(middle), moment),
        longest_unblocked_wait=await _since(session, waits.where(~is_blocked), moment),
    )


async def _since(
    session: AsyncSession, times: SelectOfScalar[datetime], moment: datetime
) -> timedelta | None:
    first = (await session.exec(times.limit(1))).first()
    return max(timedelta(0), moment - first) if first is not None else None
