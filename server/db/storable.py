"""JSON that every database can keep and search."""

from typing import Any, cast


def storable(value: Any) -> Any:
    """JSON without NUL characters, which PostgreSQL cannot search; U+FFFD stands for each."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, list):
        return [storable(element) for element in cast("list[Any]", value)]
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {storable(key): storable(element) for key, element in members.items()}
    return value
