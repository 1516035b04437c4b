"""Where two answers' facts differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MISSING = "<absent>"


@dataclass(frozen=True)
class Finding:
    """One difference: a path such as ``body.metadata.graph_id``, what was recorded and what came."""

    where: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected!r:.160}, got {self.got!r:.160}"


def compare(expected: Any, got: Any, where: str = "") -> Iterator[Finding]:
    """Every place where they differ."""
    if isinstance(expected, dict) and isinstance(got, dict):
        yield from _compare_objects(expected, got, where)
    elif isinstance(expected, list) and isinstance(got, list):
        yield from _compare_lists(expected, got, where)
    elif expected != got or isinstance(expected, bool) != isinstance(got, bool):
        yield Finding(where, expected, got)


def _compare_objects(expected: dict[str, Any], got: dict[str, Any], where: str) -> Iterator[Finding]:
    for key in sorted({*expected, *got}):
        here = f"{where}.{key}" if where else key
        yield from compare(expected.get(key, MISSING), got.get(key, MISSING), here)


def _compare_lists(expected: list[Any], got: list[Any], where: str) -> Iterator[Finding]:
    if len(expected) != len(got):
        yield Finding(f"{where}.length", _names(expected), _names(got))
        return
    for index, (one, other) in enumerate(zip(expected, got, strict=True)):
        yield from compare(one, other, f"{where}.{index}")


def _names(items: list[Any]) -> list[Any]:
    return [item.get("event", item) if isinstance(item, dict) else item for item in items]
