"""Namespaces as they are kept: each label with a unit separator after it, so that a prefix is a range."""

from collections.abc import Sequence

from langgraph.store.base import MatchCondition

from server.db.repositories.store_items import Range

_SEPARATOR = "\x1f"
_BEHIND = "\x20"  # the character after the separator

Namespace = tuple[str, ...]


def packed(namespace: Sequence[str]) -> str:
    """Labels as one text; raises ValueError for characters that no database keeps or that we need."""
    for label in namespace:
        if _SEPARATOR in label or "\x00" in label:
            raise ValueError(f"Namespace label {label!r} must not contain a NUL or a unit separator")
    return "".join(f"{label}{_SEPARATOR}" for label in namespace)


def unpacked(text: str) -> Namespace:
    """The reverse of packed."""
    return tuple(text.split(_SEPARATOR)[:-1])


def below(prefix: Sequence[str]) -> Range:
    """All namespaces that begin with these labels."""
    first = packed(prefix)
    return Range(first, f"{first[:-1]}{_BEHIND}") if first else Range()


def literal_head(conditions: Sequence[MatchCondition]) -> Sequence[str]:
    """The labels with which every namespace begins that meets the conditions."""
    longest: Sequence[str] = ()
    for condition in conditions:
        if condition.match_type == "prefix":
            path = condition.path
            head = path[: path.index("*")] if "*" in path else path
            longest = max(longest, head, key=len)
    return longest


def meets(namespace: Namespace, condition: MatchCondition) -> bool:
    """Whether a namespace begins or ends as a condition says; ``*`` stands for any label."""
    path = condition.path
    if len(namespace) < len(path):
        return False
    start = 0 if condition.match_type == "prefix" else len(namespace) - len(path)
    part = namespace[start : start + len(path)]
    return all(wanted in ("*", label) for wanted, label in zip(path, part, strict=True))
