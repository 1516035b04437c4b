"""Thread rows."""

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server import access
from server.db.models import ACTIVE, Run, Thread, now
from server.db.visibility import EVERYTHING
from tools.errors import Conflict, NotFound


async def add(session: AsyncSession, thread: Thread, *, keep_existing: bool = False) -> Thread:
    """Add a thread; it is locked until this transaction ends.

    Args:
        keep_existing: Return the thread that already has this id instead of raising Conflict.
    """
    existing = await session.get(Thread, thread.thread_id, with_for_update=True, execution_options=EVERYTHING)
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
    thread = await session.get(Thread, thread_id, with_for_update=lock, populate_existing=lock)
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
    others = select(Run.run_id).where(col(Run.thread_id) == thread.thread_id, col(Run.status).in_(ACTIVE))
    busy = (await session.exec(others)).first() is not None
    thread.status = "busy" if busy else "error" if error else "interrupted" if interrupted else "idle"
    thread.error = error
    thread.updated_at = thread.state_updated_at = now()
    session.add(thread)
