"""Whose files are, where our own accounts tell people apart."""

from sqlmodel import col, select

from server import access
from server.db.containment import contains
from server.db.models import FileOwner, RunFile, Thread
from server.db.session import Database
from tools.errors import Forbidden, NotFound


async def note(database: Database, file_id: str) -> None:
    """Keep whose an uploaded file is."""
    asking = access.current()
    if asking is None:
        return
    async with database.write() as session:
        session.add(FileOwner(file_id=file_id, user_id=asking.user.identity))


def check_may_write() -> None:
    """Raises Forbidden for a key that only reads."""
    asking = access.current()
    if asking is not None and "session_id" in asking.user and "write" not in asking.user.permissions:
        raise Forbidden("This key only reads.")


async def check(database: Database, file_id: str) -> None:
    """Raises NotFound for a file that is neither the caller's own nor one that a run of theirs wrote."""
    asking = access.current()
    if asking is None or "session_id" not in asking.user or "admin" in asking.user.permissions:
        return  # nobody is told apart, a project has its own rules, or an admin asks
    user_id = asking.user.identity
    async with database.read() as session:
        uploaded = await session.get(FileOwner, file_id)
        written = (
            select(RunFile.file_id)
            .join(Thread, col(Thread.thread_id) == col(RunFile.thread_id))
            .where(col(RunFile.file_id) == file_id, contains(col(Thread.meta), {"owner": user_id}))
        )
        if uploaded is not None and uploaded.user_id == user_id:
            return
        if (await session.exec(written)).first() is not None:
            return
    raise NotFound(
        f"There is no file {file_id!r}.",
        hint="Upload it first; its id is in the answer.",
        code="unknown_file",
    )
