"""Who may open a file: who uploaded it, and whose thread or run it was written for."""

from typing import Literal

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.containment import contains
from server.db.models import FileOwner, Run, RunFile, Share, Thread
from server.db.visibility import EVERYTHING
from tools.errors import NotFound

Purpose = Literal["read", "write"]


async def check(
    session: AsyncSession, file_id: str, user_id: str, *, to: Purpose = "read", thread_id: str | None = None
) -> None:
    """Raise NotFound for a file that this user may not open.

    Args:
        to: ``write``: to remove it, which who it is shared with may not.
        thread_id: The thread of the run that asks; what was written on it, it may open.
    """
    uploaded = await session.get(FileOwner, file_id)
    if uploaded is not None and uploaded.user_id == user_id:
        return
    written = await session.get(RunFile, file_id, execution_options=EVERYTHING)
    if written is not None and (written.thread_id == thread_id or await _is_of(session, written, user_id)):
        return
    if to == "read" and await _is_shared(session, file_id, written, user_id):
        return
    raise NotFound(
        f"There is no file {file_id!r}.",
        hint="Upload it first; its id is in the answer.",
        code="unknown_file",
    )


async def _is_of(session: AsyncSession, written: RunFile, user_id: str) -> bool:
    """Whether a run's file lies on a thread of this user's, or was written by a run of theirs."""
    own_thread = select(Thread.thread_id).where(
        col(Thread.thread_id) == written.thread_id, contains(col(Thread.meta), {"owner": user_id})
    )
    own_run = select(Run.run_id).where(col(Run.run_id) == written.run_id, col(Run.owner) == user_id)
    for query in (own_thread, own_run):
        if (await session.exec(query, execution_options=EVERYTHING)).first() is not None:
            return True
    return False


async def _is_shared(session: AsyncSession, file_id: str, written: RunFile | None, user_id: str) -> bool:
    """Whether a file, or the thread on which it was written, is shared with this user."""
    is_of = col(Share.file_id) == file_id
    if written is not None:
        is_of = or_(is_of, col(Share.thread_id) == written.thread_id)
    query = select(Share.share_id).where(col(Share.user_id) == user_id, is_of)
    return (await session.exec(query)).first() is not None
