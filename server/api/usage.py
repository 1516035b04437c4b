"""What model calls consumed: of one run, and of a user by the day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from server import access
from server.api.deps import Open, RunId
from server.api.langgraph.answers import json_answer
from server.db.models import ModelUsage, now
from server.db.repositories import model_usage
from tools.errors import InvalidInput

router = APIRouter(prefix="/api/v1", tags=["usage"])

_LONGEST = timedelta(days=366)
_COUNTS = (
    "calls",
    "cache_hits",
    "failures",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "characters",
    "sound_seconds",
    "seconds",
)


@router.get("/runs/{run_id}/usage")
async def usage_of_run(run_id: RunId, resources: Open) -> Response:
    """By node, model and prompt, and all together; `cost` is null where a price is unknown."""
    await resources.runs.run(run_id)  # it is there, and the caller's
    async with resources.database.read() as session:
        rows = await model_usage.of_run(session, run_id)
    calls = [row.model_dump(exclude={"run_id", "owner"}) for row in rows]
    return json_answer({"run_id": run_id, "total": _sum(rows), "calls": calls})


@router.get("/usage")
async def usage_by_day(
    resources: Open,
    since: Annotated[date | None, Query(description="First day (UTC); by default 30 days ago.")] = None,
    until: Annotated[date | None, Query(description="Last day (UTC); by default today.")] = None,
) -> Response:
    """The caller's consumption by day and model; everybody's when nobody is told apart."""
    last = until or now().date()
    first = since or last - timedelta(days=30)
    if not first <= last <= first + _LONGEST:
        raise InvalidInput(
            f"since={first} and until={last} span no time, or more than {_LONGEST.days} days",
            hint="Ask for a year at most, the earlier day first.",
            code="invalid_period",
        )
    async with resources.database.read() as session:
        rows = await model_usage.by_day(
            session, since=first.isoformat(), until=last.isoformat(), owner=access.identity()
        )
    by_day: dict[tuple[str, str], list[ModelUsage]] = defaultdict(list)
    for row in rows:
        by_day[row.day, row.model].append(row)
    days = [{"day": day, "model": model, **_sum(found)} for (day, model), found in sorted(by_day.items())]
    return json_answer({"since": first, "until": last, "days": days})


def _sum(rows: Sequence[ModelUsage]) -> dict[str, Any]:
    counts = {name: sum(getattr(row, name) for row in rows) for name in _COUNTS}
    cost, currency = _cost(row for row in rows if row.calls or row.input_tokens or row.output_tokens)
    return counts | {"cost": cost, "currency": currency}


def _cost(paid: Iterable[ModelUsage]) -> tuple[float | None, str | None]:
    """Costs have a sum when each is known, in one currency."""
    found = [(row.cost, row.currency) for row in paid]
    known = [cost for cost, _ in found if cost is not None]
    if not found or len(known) < len(found) or len({currency for _, currency in found}) > 1:
        return None, None
    return sum(known), found[0][1]
