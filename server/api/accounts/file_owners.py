"""Whose files are."""

from server import access
from server.db.models import FileOwner
from server.db.repositories import file_access
from server.db.session import Database
from tools.errors import Forbidden


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
    if asking is not None and access.is_account(asking.user) and "write" not in asking.user.permissions:
        raise Forbidden("This key only reads.")


async def check(database: Database, file_id: str, *, to: file_access.Purpose = "read") -> None:
    """Raises NotFound for a file that is neither the caller's own nor one that a run of theirs wrote."""
    asking = access.current()
    user_id = access.reader(asking.user if asking is not None else None)
    if user_id is None:
        return
    async with database.read() as session:
        await file_access.check(session, file_id, user_id, to=to)
