"""Thread rows."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Literal, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, bindparam, func, or_
from sqlalchemy import select as sa_select
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server import access
from server.db.containment import contains
from server.db.keyed import row_of
from server.db.models import ACTIVE, Run, Thread, ThreadSnapshot, ThreadStatus, now
from server.db.upserting import dialect_of, insert_into
from server.db.visibility import EVERYTHING
from tools.errors import Conflict, NotFound

# Composed once, as in runs.py.
_UNFINISHED = select(Run.run_id).where(
    col(Run.thread_id) == bindparam("thread_id"), or_(*(col(Run.status) == status for status in ACTIVE))
)

SortBy = Literal["thread_id", "status", "created_at", "updated_at", "state_updated_at"]


@dataclass(frozen=True, kw_only=True)
class ThreadFilter:
    """Which threads are meant: those that fit every field that is not None."""

    ids: list[str] | None = None
    metadata: dict[str, Any] | None = None  #: JSON that their metadata hold.
    values: dict[str, Any] | None = None  #: JSON that their latest values hold.
    status: ThreadStatus | None = None


class Found(NamedTuple):
    """A thread and what it held when it was last settled; None before its first run, or if not asked for."""

    thread: Thread
    snapshot: ThreadSnapshot | None


async def search(
    session: AsyncSession,
    wanted: ThreadFilter,
    *,
    limit: int,
    offset: int = 0,
    sort_by: SortBy = "updated_at",
    descending: bool = True,
    with_values: bool = True,
) -> list[Found]:
    """Threads that fit, in order."""
    place = col(getattr(Thread, sort_by))
    query = _matching(wanted, with_values=with_values)
    query = query.order_by(place.desc() if descending else place.asc(), col(Thread.thread_id))
    # exec() is typed for SQLModel's own selects only.
    rows = cast(
        "list[Any]", cast("Any", await session.exec(cast("Any", query.limit(limit).offset(offset)))).all()
    )
    return [Found(row[0], row[1] if len(row) > 1 else None) for row in rows]


async def count(session: AsyncSession, wanted: ThreadFilter) -> int:
    """How many threads fit."""
    # Counted from the model: of rows of a subquery nobody's sight is narrowed.
    query = select(func.count()).select_from(Thread).where(*_conditions(wanted))
    if wanted.values:
        query = query.outerjoin(ThreadSnapshot, _of_thread())
    return (await session.exec(query)).one()


def _matching(wanted: ThreadFilter, *, with_values: bool) -> Select[Any]:
    """The rows that fit."""
    query: Select[Any] = sa_select(Thread)
    if with_values or wanted.values:
        query = cast("Select[Any]", sa_select(Thread, ThreadSnapshot).outerjoin(ThreadSnapshot, _of_thread()))
    return query.where(*_conditions(wanted))


def _of_thread() -> ColumnElement[bool]:
    return col(ThreadSnapshot.thread_id) == col(Thread.thread_id)


def _conditions(wanted: ThreadFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.ids is not None:
        conditions.append(col(Thread.thread_id).in_(wanted.ids))
    if wanted.status is not None:
        conditions.append(col(Thread.status) == wanted.status)
    if wanted.metadata:
        conditions.append(contains(col(Thread.meta), wanted.metadata))
    if wanted.values:
        conditions.append(contains(col(ThreadSnapshot.values), wanted.values))
    return conditions


async def snapshot(session: AsyncSession, thread_id: str) -> ThreadSnapshot | None:
    """What a thread held when it was last settled; None before its first run."""
    return await row_of(session, ThreadSnapshot, thread_id)


async def keep_snapshot(session: AsyncSession, thread_id: str, taken: ThreadSnapshot | None) -> None:
    """Replace what is known of a thread's values; None when it holds nothing, or nothing that can be read."""
    if taken is None:
        await session.exec(delete(ThreadSnapshot).where(col(ThreadSnapshot.thread_id) == thread_id))
        return
    kept = {"thread_id": thread_id, "values": taken.values, "interrupts": taken.interrupts}
    await session.exec(_keeping(dialect_of(session)), params=kept)


@cache
def _keeping(dialect: str) -> Any:
    statement = insert_into(dialect, cast("Any", ThreadSnapshot).__table__)
    new = {name: statement.excluded[name] for name in ("values", "interrupts")}
    return statement.on_conflict_do_update(index_elements=["thread_id"], set_=new)


async def add(session: AsyncSession, thread: Thread, *, keep_existing: bool = False) -> Thread:
    """Add a thread; it is locked until this transaction ends.

    Args:
        keep_existing: Return the thread that already has this id instead of raising Conflict.
    """
    existing = await row_of(session, Thread, thread.thread_id, lock=True, options=EVERYTHING)
    if existing is None:
        thread.meta = access.stamped(thread.meta)
        session.add(thread)
        await session.flush()
        return thread
    if keep_existing and await _is_visible(session, thread.thread_id):
        return existing
    raise Conflict(
        f"Thread with ID {thread.thread_id} already exists",
        hint='Choose another id, or send "if_exists": "do_nothing".',
        code="thread_exists",
    )


async def get(session: AsyncSession, thread_id: str, *, lock: bool = False) -> Thread:
    """A thread by its id; raises NotFound.

    Args:
        lock: Let nobody else change it until this transaction ends.
    """
    thread = await row_of(session, Thread, thread_id, lock=lock)
    if thread is None:
        raise NotFound(
            f"Thread with ID {thread_id} not found",
            hint="Create one with POST /threads.",
            code="unknown_thread",
        )
    return thread


async def _is_visible(session: AsyncSession, thread_id: str) -> bool:
    query = select(Thread.thread_id).where(col(Thread.thread_id) == thread_id)
    return (await session.exec(query)).first() is not None


async def remove(session: AsyncSession, thread_id: str) -> None:
    """Delete a thread with its runs."""
    await session.exec(delete(Thread).where(col(Thread.thread_id) == thread_id))


async def settle(
    session: AsyncSession, thread: Thread, *, error: dict[str, str] | None, interrupted: bool
) -> None:
    """Set a thread's status after one of its runs ended: busy, error, interrupted or idle, in this order."""
    busy = (await session.exec(_UNFINISHED, params={"thread_id": thread.thread_id})).first() is not None
    thread.status = "busy" if busy else "error" if error else "interrupted" if interrupted else "idle"
    thread.error = error
    thread.updated_at = thread.state_updated_at = now()
    renew(thread)
    session.add(thread)


def renew(thread: Thread) -> None:
    """Let a thread's TTL begin again."""
    minutes = thread.ttl_minutes
    thread.expires_at = None if minutes is None else now() + timedelta(minutes=minutes)
