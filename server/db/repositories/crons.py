"""Cron rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.models import Cron
from tools.errors import NotFound

SortBy = Literal[
    "cron_id", "assistant_id", "thread_id", "next_run_date", "end_time", "created_at", "updated_at"
]


@dataclass(frozen=True, kw_only=True)
class CronFilter:
    """Which crons are meant: those that fit every field that is not None."""

    assistant_id: str | None = None
    thread_id: str | None = None
    enabled: bool | None = None
    owner: str | None = None
    metadata: dict[str, Any] | None = None  #: Values that theirs must have too, at any depth.


async def get(session: AsyncSession, cron_id: str, *, lock: bool = False) -> Cron:
    """A cron by its id; raises NotFound.

    Args:
        lock: Let nobody else change it until this transaction ends.
    """
    cron = await find(session, cron_id, lock=lock)
    if cron is None:
        raise NotFound(
            f"Cron with ID {cron_id} not found", hint="Check its id; search lists them.", code="unknown_cron"
        )
    return cron


async def find(session: AsyncSession, cron_id: str, *, lock: bool = False) -> Cron | None:
    """A cron by its id, if it is there."""
    return await session.get(Cron, cron_id, with_for_update=lock)


async def search(
    session: AsyncSession, wanted: CronFilter, *, sort_by: SortBy = "created_at", descending: bool = True
) -> list[Cron]:
    """All crons that fit, in order."""
    place = col(getattr(Cron, sort_by))
    query = select(Cron).order_by(place.desc() if descending else place.asc(), col(Cron.cron_id))
    for name in ("assistant_id", "thread_id", "enabled", "owner"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(col(getattr(Cron, name)) == value)
    # The databases' JSON operators differ in what equals what; crons are few enough to look at each.
    return [cron for cron in (await session.exec(query)).all() if _contains(cron.meta, wanted.metadata or {})]


async def due(session: AsyncSession, before: datetime) -> list[Cron]:
    """Every cron that fires before this moment, earliest first."""
    query = select(Cron).where(col(Cron.enabled).is_(True), col(Cron.next_run_date) < before)
    return list((await session.exec(query.order_by(col(Cron.next_run_date)))).all())


def _contains(whole: Any, part: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and _contains(whole[key], value)  # pyright: ignore[reportUnknownArgumentType] - any JSON
            for key, value in part.items()  # pyright: ignore[reportUnknownVariableType] - any JSON
        )
    return whole == part and type(whole) is type(part)
