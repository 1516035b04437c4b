"""States as the protocol shows them: messages without the empty fields of LangChain's own form."""

from typing import Any, cast

_ROLES = frozenset({"human", "ai", "AIMessageChunk", "system", "tool", "function", "chat", "remove"})
_EMPTY: tuple[Any, ...] = (None, [], {})


def shown(value: Any) -> Any:
    """A logged value with its messages made short, however deep they lie."""
    if isinstance(value, list):
        return [shown(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Any]", value)
    if not _is_message(fields):
        return {key: shown(item) for key, item in fields.items()}
    kind = "ai" if fields["type"] == "AIMessageChunk" else fields["type"]
    known = {"type": kind, "content": fields["content"]}
    return known | {key: item for key, item in fields.items() if key not in known and item not in _EMPTY}


def _is_message(fields: dict[str, Any]) -> bool:
    return (
        "content" in fields
        and "additional_kwargs" in fields
        and "response_metadata" in fields
        and fields.get("type") in _ROLES
    )
