"""Who may open a file: whose it is, whose thread or run it was written for, and with whom it is shared."""

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.containment import contains
from server.db.models import File, Run, RunFile, Share, Thread
from server.db.repositories.files import unknown
from server.db.visibility import EVERYTHING


async def find(
    session: AsyncSession, file_id: str, reader: str | None, *, thread_id: str | None = None
) -> File:
    """A file that somebody may read; raises NotFound.

    Args:
        reader: Who wants to read it; None: who may read everything.
        thread_id: The thread of the run that asks; what was written on it, it may read.
    """
    file = await session.get(File, file_id)
    if file is None:
        raise unknown(file_id)
    if reader is None or file.owner == reader:
        return file
    written = await session.get(RunFile, file_id, execution_options=EVERYTHING)
    if written is not None and (written.thread_id == thread_id or await _is_of(session, written, reader)):
        return file
    if await _is_shared(session, file_id, written, reader):
        return file
    raise unknown(file_id)


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
