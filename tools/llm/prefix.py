"""What stays the same from call to call, marked for the provider's own cache."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage, SystemMessage

_STABLE = {"type": "ephemeral"}  # the provider keeps the prefix for five minutes after its last use


def marked(text: str) -> dict[str, Any]:
    """A text as a marked part of a message."""
    return {"type": "text", "text": text, "cache_control": _STABLE}


def with_marked_prefix(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The messages of one request, the first of them marked if it gives instructions."""
    first, *rest = messages
    if not isinstance(first, SystemMessage) or not isinstance(first.content, str):
        return list(messages)
    return [SystemMessage([marked(first.content)]), *rest]
