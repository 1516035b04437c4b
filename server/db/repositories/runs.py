"""Run rows.

What every run asks for is composed once: composing a query takes as long as SQLite needs for ten answers.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, bindparam, or_
from sqlalchemy import select as sa_select
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.keyed import row_of
from server.db.models import ACTIVE, Run, RunPriority, RunStatus, Thread, now
from tools.errors import NotFound

_IN_ORDER = (col(Run.created_at), col(Run.run_id))  # of acceptance
_ACTIVE = or_(*(col(Run.status) == status for status in ACTIVE))
_OF_THREAD = select(Run).where(col(Run.thread_id) == bindparam("thread_id"))


def _is_due(moment: Any) -> ColumnElement[bool]:
    """Whether a run has work ahead for which its time has come."""
    return or_(col(Run.status) == "running", (col(Run.status) == "pending") & (col(Run.created_at) <= moment))


_WITH_THREAD = (
    sa_select(Thread, Run)
    .join(Run, col(Run.thread_id) == col(Thread.thread_id))
    .where(col(Run.run_id) == bindparam("run_id"))
)
_LOCKED_WITH_THREAD = _WITH_THREAD.with_for_update().execution_options(populate_existing=True)
_NEXT_OF_THREAD = _OF_THREAD.where(_is_due(bindparam("moment"))).order_by(*_IN_ORDER)
_ACTIVE_OF_THREAD = _OF_THREAD.where(_ACTIVE).order_by(*_IN_ORDER)
_AHEAD_ON_THREAD = (
    select(Run.run_id, Run.status)
    .where(
        col(Run.thread_id) == bindparam("thread_id"),
        or_(_is_due(bindparam("moment")), (col(Run.cancel_action) == "rollback") & ~_ACTIVE),
    )
    .order_by(*_IN_ORDER)
)


async def get(session: AsyncSession, run_id: str, *, thread_id: str | None = None, lock: bool = False) -> Run:
    """A run by its id, on this thread if one is given; raises NotFound.

    Args:
        lock: Let nobody else change it until this transaction ends.
    """
    run = await row_of(session, Run, run_id, lock=lock)
    if run is None or thread_id not in (None, run.thread_id):
        raise unknown(run_id)
    return run


async def with_thread(session: AsyncSession, run_id: str, *, lock: bool = False) -> tuple[Run, Thread]:
    """A run by its id, and its thread; raises NotFound.

    Args:
        lock: Let nobody else change either until this transaction ends.
    """
    query = cast("Any", _LOCKED_WITH_THREAD if lock else _WITH_THREAD)  # typed for SQLModel's selects only
    row = cast("Any", await session.exec(query, params={"run_id": run_id})).first()
    if row is None:
        raise unknown(run_id)
    return row[1], row[0]


def unknown(run_id: str) -> NotFound:
    """There is no such run, or it is another thread's."""
    return NotFound(
        f"Run with ID {run_id} not found", hint="Check its id and its thread's.", code="unknown_run"
    )


async def next_of_thread(
    session: AsyncSession, thread_id: str, *, moment: datetime | None = None
) -> Run | None:
    """The oldest run of a thread that may run; the runs of a thread run one at a time.

    Args:
        moment: The current time: a run that was asked for later than this does not count yet.
    """
    asked = {"thread_id": thread_id, "moment": moment or now()}
    return (await session.exec(_NEXT_OF_THREAD, params=asked)).first()


async def active_of_thread(session: AsyncSession, thread_id: str) -> list[Run]:
    """Every run of a thread with work ahead, also those that begin later, oldest first."""
    return list((await session.exec(_ACTIVE_OF_THREAD, params={"thread_id": thread_id})).all())


class Ahead(NamedTuple):
    """What a thread has ahead."""

    rolled_back: list[str]  #: Runs that have ended and are still to be removed with their checkpoints.
    waiting: list[str]  #: Runs that may run, oldest first; they run one at a time.


async def ahead_on_thread(session: AsyncSession, thread_id: str) -> Ahead:
    """What a thread has ahead at this moment, as ids."""
    rows = (await session.exec(_AHEAD_ON_THREAD, params={"thread_id": thread_id, "moment": now()})).all()
    return Ahead(
        rolled_back=[run_id for run_id, status in rows if status not in ACTIVE],
        waiting=[run_id for run_id, status in rows if status in ACTIVE],
    )


async def stopping(session: AsyncSession) -> list[Run]:
    """Runs under way that were asked to stop."""
    query = select(Run).where(col(Run.status) == "running", col(Run.cancel_action).is_not(None))
    return list((await session.exec(query)).all())


async def with_status(session: AsyncSession, statuses: Sequence[RunStatus]) -> list[Run]:
    """All runs in one of these states, oldest first."""
    query = select(Run).where(col(Run.status).in_(statuses))
    return list((await session.exec(query.order_by(col(Run.created_at), col(Run.run_id)))).all())


async def among(session: AsyncSession, thread_id: str, run_ids: Sequence[str]) -> list[Run]:
    """Those of these runs that are there and on this thread, oldest first."""
    query = select(Run).where(col(Run.thread_id) == thread_id, col(Run.run_id).in_(run_ids))
    return list((await session.exec(query.order_by(col(Run.created_at), col(Run.run_id)))).all())


class RunHead(NamedTuple):
    """What is known of a run without its input."""

    run_id: str
    thread_id: str
    graph_id: str
    owner: str
    priority: RunPriority


async def first_of_threads(session: AsyncSession) -> list[RunHead]:
    """Of every thread with a run that may run the one that comes first, in the order of acceptance."""
    columns = (col(Run.run_id), col(Run.thread_id), col(Run.graph_id), col(Run.owner), col(Run.priority))
    query = sa_select(*columns).where(_is_due(now()))
    first: dict[str, RunHead] = {}
    connection = await session.connection()
    for row in await connection.execute(query.order_by(col(Run.created_at), col(Run.run_id))):
        first.setdefault(row.thread_id, RunHead(*row))
    return list(first.values())


async def ended_between(
    session: AsyncSession, first: datetime, last: datetime, *, limit: int
) -> list[tuple[str, str, datetime]]:
    """(thread_id, run_id, ended_at) of the runs that ended between these moments, both included, in order."""
    query = (
        select(Run.thread_id, Run.run_id, Run.ended_at)
        .where(col(Run.ended_at) >= first, col(Run.ended_at) <= last)
        .order_by(col(Run.ended_at))
        .limit(limit)
    )
    rows = (await session.exec(query)).all()
    return [(thread_id, run_id, ended) for thread_id, run_id, ended in rows if ended is not None]


async def of_contract(session: AsyncSession, run_id: str, contract: str) -> Run:
    """A run that was accepted under this contract; raises NotFound for others, and once its keeping ended."""
    run = await session.get(Run, run_id)
    if run is None or run.contract != contract:
        raise NotFound(
            f"Task {run_id} not found",
            hint="Its id is wrong, or its result's keeping has ended (expires_at in its status).",
            code="unknown_task",
        )
    return run


async def latest_of_threads(session: AsyncSession, thread_ids: Sequence[str]) -> dict[str, Run]:
    """By thread, the run that was accepted last."""
    wanted = select(Run).where(col(Run.thread_id).in_(thread_ids))
    found = (await session.exec(wanted.order_by(col(Run.created_at), col(Run.run_id)))).all()
    return {run.thread_id: run for run in found}


async def never_begun(session: AsyncSession, thread_id: str) -> list[Run]:
    """A thread's runs that were cancelled before any worker had begun them, in the order of their ends."""
    query = (
        select(Run)
        .where(
            col(Run.thread_id) == thread_id,
            col(Run.status) == "interrupted",
            col(Run.started_at).is_(None),
        )
        .order_by(col(Run.ended_at), col(Run.run_id))
    )
    return list((await session.exec(query)).all())


async def count_by_status(session: AsyncSession, contract: str) -> Counter[str]:
    """How many runs of a contract are in each status."""
    query = select(col(Run.status)).where(col(Run.contract) == contract)
    return Counter((await session.exec(query)).all())


async def remove(session: AsyncSession, run_id: str) -> None:
    """Delete a run's row."""
    await session.exec(delete(Run).where(col(Run.run_id) == run_id))
