"""What model calls consumed, by run and by user."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.models import ModelUsage
from tools.llm.usage import CallRecord

MOST_ROWS = 10_000


async def book(session: AsyncSession, *, run_id: str, owner: str, day: str, record: CallRecord) -> None:
    """Add one call to its row."""
    prompt = record.prompt
    key: dict[str, Any] = {
        "run_id": run_id,
        "day": day,
        "node": record.node,
        "role": record.role,
        "operation": record.operation,
        "model": record.model,
        "prompt": f"{prompt.id}@{prompt.version}#{prompt.hash}" if prompt is not None else "",
    }
    row = await session.get(ModelUsage, key) or ModelUsage(**key, owner=owner)
    usage = record.usage
    if not usage.is_free:
        is_first = not (row.calls or row.input_tokens or row.output_tokens)
        agrees = is_first or row.currency == usage.currency
        known = usage.cost is not None and agrees and (is_first or row.cost is not None)
        row.cost = (row.cost or 0.0) + (usage.cost or 0.0) if known else None
        row.currency = usage.currency if known else None
    row.calls += usage.calls
    row.cache_hits += usage.cache_hits
    row.failures += record.failure is not None
    row.input_tokens += usage.input_tokens
    row.output_tokens += usage.output_tokens
    row.cached_tokens += usage.cached_tokens
    row.seconds += record.seconds
    session.add(row)


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
