"""States as the protocol shows them: messages without the empty fields of LangChain's own form.

What a model said is told in content blocks, whatever form it has in the state that the graph works on.
"""

from typing import Any, cast

from langchain_core.messages import AIMessage
from pydantic import ValidationError

from server.stream.protocol import blocks

Data = dict[str, Any]

_ROLES = frozenset({"human", "ai", "AIMessageChunk", "system", "tool", "function", "chat", "remove"})
_EMPTY: tuple[Any, ...] = (None, [], {})
_BESIDE_TEXT = ("additional_kwargs", "tool_calls", "invalid_tool_calls")  # they may hold blocks of their own
_BLOCKS = {"output_version": "v1"}  # LangChain's mark of a message whose content is its blocks


def shown(value: Any) -> Any:
    """A logged value with its messages made short, however deep they lie."""
    if isinstance(value, list):
        return [shown(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("Data", value)
    if not _is_message(fields):
        return {key: shown(item) for key, item in fields.items()}
    if fields["type"] in ("ai", "AIMessageChunk"):
        fields = _in_blocks(fields | {"type": "ai"})
    known = {"type": fields["type"], "content": fields["content"]}
    return known | {key: item for key, item in fields.items() if key not in known and item not in _EMPTY}


def _in_blocks(message: Data) -> Data:
    """The same message of a model, its content in blocks; as it is when it is no message in truth."""
    content: Any = message["content"]
    try:
        if isinstance(content, str) and not any(message.get(key) for key in _BESIDE_TEXT):
            found: list[blocks.Block] = [{"type": "text", "text": content}] if content else []
        else:
            found = blocks.of(AIMessage.model_validate(message))
        metadata = message["response_metadata"] | _BLOCKS
    except (ValidationError, TypeError):
        return message
    numbered = [{**block, "index": block.get("index", index)} for index, block in enumerate(found)]
    return message | {"content": numbered, "response_metadata": metadata}


def _is_message(fields: Data) -> bool:
    return (
        "content" in fields
        and "additional_kwargs" in fields
        and "response_metadata" in fields
        and fields.get("type") in _ROLES
    )
