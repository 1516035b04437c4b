"""Delivery rows."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.models import Delivery, DeliveryStatus, Run, now
from tools.errors import NotFound


async def add(session: AsyncSession, run: Run) -> None:
    """Note that a run's webhook is to be called; does nothing for a run without one, or when it is noted."""
    if run.kwargs["webhook"] and await session.get(Delivery, run.run_id) is None:
        session.add(Delivery(run_id=run.run_id, url=run.kwargs["webhook"], next_attempt_at=now()))


async def find(session: AsyncSession, run_id: str, *, lock: bool = False) -> Delivery | None:
    """A run's delivery, if it has one.

    Args:
        lock: Let nobody else change it until this transaction ends.
    """
    return await session.get(Delivery, run_id, with_for_update=lock)


async def get(session: AsyncSession, run_id: str, *, lock: bool = False) -> Delivery:
    """A run's delivery; raises NotFound for a run that has none."""
    delivery = await find(session, run_id, lock=lock)
    if delivery is None:
        raise NotFound(
            f"Run {run_id} has no webhook delivery",
            hint="Deliveries exist for runs with a webhook that have ended; GET /api/v1/webhooks lists them.",
            code="unknown_delivery",
        )
    return delivery


async def search(
    session: AsyncSession, *, run_id: str | None = None, status: DeliveryStatus | None = None, limit: int
) -> list[Delivery]:
    """Deliveries, newest first."""
    query = select(Delivery).order_by(col(Delivery.created_at).desc(), col(Delivery.run_id)).limit(limit)
    if run_id is not None:
        query = query.where(col(Delivery.run_id) == run_id)
    if status is not None:
        query = query.where(col(Delivery.status) == status)
    return list((await session.exec(query)).all())


async def due(session: AsyncSession, moment: datetime) -> list[Delivery]:
    """Every pending delivery whose next attempt should have begun."""
    query = select(Delivery).where(col(Delivery.status) == "pending", col(Delivery.next_attempt_at) <= moment)
    return list((await session.exec(query)).all())
