"""What stays the same from call to call, marked for the provider's own cache."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage, SystemMessage

_STABLE = {"type": "ephemeral"}  # the provider keeps the prefix for five minutes after its last use


def with_marked_prefix(messages: Sequence[BaseMessage], *, least_bytes: int = 0) -> list[BaseMessage]:
    """The messages, the first of them marked if it gives instructions.

    Args:
        messages: Of one request.
        least_bytes: Shorter instructions stay as they are.
    """
    first, *rest = messages
    if not isinstance(first, SystemMessage) or not isinstance(first.content, str):
        return list(messages)
    if len(first.content.encode()) < least_bytes:
        return list(messages)
    block: dict[str, Any] = {"type": "text", "text": first.content, "cache_control": _STABLE}
    return [SystemMessage([block]), *rest]
