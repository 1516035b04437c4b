"""What each node took: time, calls, tokens and money, as part of the result; and how long it may take."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from time import perf_counter, time
from typing import Any, ParamSpec, cast

from graphs.guideline.state import MAX_SECONDS, Measured, Update
from graphs.model_calls import model_calls
from tools.errors import ErrorCategory, ServiceError
from tools.llm.usage import CallRecord, Usage
from tools.llm.watching import listen

P = ParamSpec("P")


def measured(name: str, node: Callable[P, Awaitable[Update]]) -> Callable[P, Awaitable[Update]]:
    """The node, with its calls of models counted and told, and a line in the channel ``performance``.

    It is stopped when the run's own time-outs say so.
    """

    @wraps(node)
    async def run(*args: P.args, **kwargs: P.kwargs) -> Update:
        usage = Usage()

        def count(record: CallRecord) -> None:
            nonlocal usage
            usage += record.usage

        begun = perf_counter()
        with model_calls(), listen(count):
            update = await _bounded(name, cast("Mapping[str, Any]", args[0]), node(*args, **kwargs))
        took = Measured(
            node=name,
            seconds=round(perf_counter() - begun, 3),
            calls=usage.calls,
            cached=usage.cache_hits,
            tokens=usage.tokens,
            cost=usage.cost,
            currency=usage.currency,
        )
        return {**update, "performance": [took]}

    return run


async def _bounded(name: str, state: Mapping[str, Any], work: Awaitable[Update]) -> Update:
    """Do the work within what the run's options allow.

    Raises:
        ServiceError: "node_timeout" or "total_timeout".
    """
    # The first node sees the input as it came, unchecked.
    settings = state.get("settings") or state.get("options")
    own = _seconds(settings, "node_timeout_seconds")
    total = _seconds(settings, "total_timeout_seconds")
    deadline = state.get("deadline")
    left = max(deadline - time(), 0.0) if deadline else total
    limit = min((seconds for seconds in (own, left) if seconds is not None), default=None)
    bound = asyncio.timeout(limit)
    try:
        async with bound:
            return await work
    except TimeoutError:
        if not bound.expired():
            raise
        is_own = limit == own
        told = f"{name} took longer than {own:g} s" if is_own else f"{total or 0:g} s were over in {name}"
        field = "node_timeout_seconds" if is_own else "total_timeout_seconds"
        raise ServiceError(
            told,
            hint=f"Raise options.{field}, or leave it out, and begin again.",
            code="node_timeout" if is_own else "total_timeout",
            category=ErrorCategory.BAD_REQUEST,
        ) from None


def _seconds(settings: object, name: str) -> float | None:
    value = cast("Mapping[str, object]", settings).get(name) if isinstance(settings, Mapping) else None
    return float(value) if isinstance(value, int | float) and 0 < value <= MAX_SECONDS else None


def summed(lines: list[Measured]) -> list[Measured]:
    """One line for each node, in the order in which they first ran; the tasks of a fan-out add up."""
    by_node: dict[str, list[Measured]] = {}
    for line in lines:
        by_node.setdefault(line["node"], []).append(line)
    return [_sum(name, of_it) for name, of_it in by_node.items()]


def _sum(name: str, lines: list[Measured]) -> Measured:
    def total(field: str) -> Any:
        return sum(line[field] for line in lines)  # type: ignore[literal-required]

    costs = [line["cost"] for line in lines if line["calls"]]
    known = bool(costs) and None not in costs
    return Measured(
        node=name,
        seconds=round(total("seconds"), 3),
        calls=total("calls"),
        cached=total("cached"),
        tokens=total("tokens"),
        cost=sum(cost for cost in costs if cost is not None) if known else None,
        currency=next((line["currency"] for line in lines if line["currency"]), None),
    )
