"""The audit log: who did what, when, and from where."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from server.db.models import AuditEntry
from server.db.session import Database

_PAGE = 1000  # rows read at a time


@dataclass(frozen=True, kw_only=True)
class AuditLog:
    """Entries, which are only ever added."""

    database: Database

    async def add(self, entry: AuditEntry) -> None:
        """Add an entry."""
        async with self.database.write() as session:
            session.add(entry)

    async def page(
        self, *, before: int | None = None, user_id: str | None = None, limit: int = 100
    ) -> list[AuditEntry]:
        """Entries, the newest first.

        Args:
            before: Only those older than this one.
            user_id: Only what this user did.
        """
        query = select(AuditEntry).order_by(col(AuditEntry.entry_id).desc()).limit(limit)
        if before is not None:
            query = query.where(col(AuditEntry.entry_id) < before)
        if user_id is not None:
            query = query.where(col(AuditEntry.user_id) == user_id)
        async with self.database.read() as session:
            return list((await session.exec(query)).all())

    async def everything(self) -> AsyncIterator[AuditEntry]:
        """All entries, the oldest first."""
        last = 0
        while True:
            query = select(AuditEntry).where(col(AuditEntry.entry_id) > last)
            async with self.database.read() as session:
                found = (await session.exec(query.order_by(col(AuditEntry.entry_id)).limit(_PAGE))).all()
            for entry in found:
                yield entry
                last = entry.entry_id or last
            if len(found) < _PAGE:
                return


def entry_json(entry: AuditEntry) -> dict[str, Any]:
    """An entry as it is shown and exported."""
    return entry.model_dump(mode="json")
