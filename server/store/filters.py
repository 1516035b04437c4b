"""Filters on documents: fields that equal, or that compare by ``$eq $ne $gt $gte $lt $lte``."""

import operator
from collections.abc import Callable
from typing import Any, cast

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}
OPERATORS = ("$eq", "$ne", *_ORDERS)


def check(wanted: dict[str, Any]) -> None:
    """Raise ValueError for an operator that there is not."""
    for value in wanted.values():
        if isinstance(value, dict):
            condition = cast("dict[str, Any]", value)
            for name in condition:
                if name.startswith("$") and name not in OPERATORS:
                    raise ValueError(f"Unsupported operator: {name}")
            check(condition)


def fits(document: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a document has every field that is wanted."""
    return all(_matches(document.get(key), value) for key, value in wanted.items())


def _matches(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        condition = cast("dict[str, Any]", wanted)
        if any(name.startswith("$") for name in condition):
            return all(_compares(value, name, operand) for name, operand in condition.items())
        return isinstance(value, dict) and fits(cast("dict[str, Any]", value), condition)
    if isinstance(wanted, list | tuple):
        elements, theirs = cast("list[Any]", wanted), cast("list[Any]", value)
        return (
            isinstance(value, list)
            and len(theirs) == len(elements)
            and all(_matches(it, element) for it, element in zip(theirs, elements, strict=True))
        )
    return value == wanted


def _compares(value: Any, name: str, operand: Any) -> bool:
    if name == "$eq":
        return value == operand
    if name == "$ne":
        return value != operand
    return _are_ordered(value, operand) and _ORDERS[name](value, operand)


def _are_ordered(one: Any, other: Any) -> bool:
    """Whether one of two values can come before the other: numbers among numbers, texts among texts."""
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str)
    return isinstance(one, int | float) and isinstance(other, int | float)
