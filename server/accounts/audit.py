"""The audit log: who did what, when, and from where."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from server import metrics
from server.accounts.addresses import neighbourhood
from server.accounts.rates import Rate, RateLimiter
from server.db.models import Account, AuditEntry
from server.db.session import Database

# To be refused costs nobody anything, so it must not fill the table: this much is written, the rest counted.
REFUSALS = Rate(60, timedelta(hours=1))  # of one user, or of one address
REFUSALS_OF_STRANGERS = Rate(1000, timedelta(hours=1))  # of all addresses together
OF_USER = "refusals-of-user"  # what these are counted as
MORE = "more were refused, and not written down"
_PAGE = 1000  # rows read at a time


@dataclass(frozen=True, kw_only=True)
class AuditLog:
    """Entries, which are only ever added."""

    database: Database
    rates: RateLimiter

    async def add(self, entry: AuditEntry) -> None:
        """Add an entry; of what was refused only some."""
        if entry.status >= 400:
            left = await self._left(entry)
            if left is None:
                metrics.refusal_unwritten()
                return
            if left == 0:
                entry.detail = f"{entry.detail}; {MORE}" if entry.detail else MORE
        async with self.database.write() as session:
            session.add(entry)

    async def known_name(self, tried: str) -> str | None:
        """A name that was tried at a login, if there is one: people type passwords into the wrong field."""
        name = tried.strip().lower()
        async with self.database.read() as session:
            found = (await session.exec(select(Account).where(col(Account.username) == name))).first()
        return found.username if found is not None else None

    async def _left(self, entry: AuditEntry) -> int | None:
        """How many more refusals of the same sort are written down; None: not even this one."""
        if entry.user_id is not None:
            permit = await self.rates.take(REFUSALS, OF_USER, entry.user_id)
            return permit.remaining if permit.is_given else None
        of_address = await self.rates.take(REFUSALS, "refusals-of-address", neighbourhood(entry.address))
        if not of_address.is_given:
            return None
        of_all = await self.rates.take(REFUSALS_OF_STRANGERS, "refusals", "strangers")
        return min(of_address.remaining, of_all.remaining) if of_all.is_given else None

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


async def everything(database: Database) -> AsyncIterator[AuditEntry]:
    """All entries, the oldest first."""
    last = 0
    while True:
        query = select(AuditEntry).where(col(AuditEntry.entry_id) > last)
        async with database.read() as session:
            found = (await session.exec(query.order_by(col(AuditEntry.entry_id)).limit(_PAGE))).all()
        for entry in found:
            yield entry
            last = entry.entry_id or last
        if len(found) < _PAGE:
            return


def entry_json(entry: AuditEntry) -> dict[str, Any]:
    """An entry as it is shown and exported."""
    return entry.model_dump(mode="json")
