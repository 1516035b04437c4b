"""What each node took: time, calls, tokens and money, as part of the result."""

from collections.abc import Awaitable, Callable
from functools import wraps
from time import perf_counter
from typing import Any, ParamSpec

from graphs.guideline.state import Measured, Update
from graphs.model_calls import model_calls
from tools.llm.usage import CallRecord, Usage
from tools.llm.watching import listen

P = ParamSpec("P")


def measured(name: str, node: Callable[P, Awaitable[Update]]) -> Callable[P, Awaitable[Update]]:
    """The node, with its calls of models counted and told, and a line in the channel ``performance``."""

    @wraps(node)
    async def run(*args: P.args, **kwargs: P.kwargs) -> Update:
        usage = Usage()

        def count(record: CallRecord) -> None:
            nonlocal usage
            usage += record.usage

        begun = perf_counter()
        with model_calls(), listen(count):
            update = await node(*args, **kwargs)
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
