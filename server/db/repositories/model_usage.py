"""What model calls consumed, by run and by user."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.models import ModelUsage
from tools.llm.spending import Payer
from tools.llm.usage import CallRecord, Usage

MOST_ROWS = 10_000

_KEY = ("run_id", "day", "node", "role", "operation", "model", "prompt")
_COUNTED = tuple(field.name for field in fields(Usage))


async def book(session: AsyncSession, entries: Iterable[tuple[Payer, str, CallRecord]]) -> None:
    """Add calls to their rows: who pays, on which day, for what."""
    alike = defaultdict[tuple[str, ...], list[tuple[Payer, CallRecord]]](list)
    for payer, day, record in entries:
        alike[payer.run, day, record.node, record.role, record.operation, record.model, _told(record)].append(
            (payer, record)
        )
    for key, calls in alike.items():
        [(payer, _), *_] = calls
        await _add(session, dict(zip(_KEY, key, strict=True)), payer.user, [record for _, record in calls])


async def _add(session: AsyncSession, key: dict[str, Any], owner: str, records: Sequence[CallRecord]) -> None:
    row = await session.get(ModelUsage, key) or ModelUsage(**key, owner=owner)
    before = Usage(**{name: getattr(row, name) for name in _COUNTED})
    after = sum((record.usage for record in records), before)
    for name in _COUNTED:
        setattr(row, name, getattr(after, name))
    row.failures += sum(record.failure is not None for record in records)
    row.seconds += sum(record.seconds for record in records)
    session.add(row)


def _told(record: CallRecord) -> str:
    prompt = record.prompt
    return f"{prompt.id}@{prompt.version}#{prompt.hash}" if prompt is not None else ""


async def of_run(session: AsyncSession, run_id: str) -> Sequence[ModelUsage]:
    """Every row of a run."""
    query = select(ModelUsage).where(ModelUsage.run_id == run_id)
    return (await session.exec(query.order_by(col(ModelUsage.day), col(ModelUsage.node)))).all()


async def by_day(session: AsyncSession, *, since: str, until: str, owner: str | None) -> Sequence[ModelUsage]:
    """The rows of these days, both included, of one user or of all."""
    query = select(ModelUsage).where(col(ModelUsage.day) >= since, col(ModelUsage.day) <= until)
    if owner is not None:
        query = query.where(ModelUsage.owner == owner)
    return (await session.exec(query.order_by(col(ModelUsage.day)).limit(MOST_ROWS))).all()
