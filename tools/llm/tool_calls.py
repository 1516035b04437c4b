"""Tools that a model wants called, put together from the pieces of a stream."""

import json
from collections.abc import Iterable
from typing import Any, cast

from langchain_core.messages import ToolCall, ToolCallChunk

from tools.errors import ModelAnswerInvalid


def joined(chunks: Iterable[ToolCallChunk]) -> tuple[ToolCallChunk, ...]:
    """Each call once, in the order of their beginning, with all of its arguments."""
    calls: dict[object, ToolCallChunk] = {}
    for number, chunk in enumerate(chunks):
        key = chunk["index"] if chunk["index"] is not None else f"alone {number}"
        if key not in calls:
            calls[key] = chunk.copy()
            continue
        call = calls[key]
        call["args"] = (call["args"] or "") + (chunk["args"] or "")
        call["name"] = call["name"] or chunk["name"]
        call["id"] = call["id"] or chunk["id"]
    return tuple(calls.values())


def parsed(call: ToolCallChunk) -> ToolCall:
    """The call with its arguments read.

    Raises:
        ModelAnswerInvalid: They are no JSON object, or the call has no name.
    """
    try:
        arguments: Any = json.loads(call["args"] or "{}")
    except ValueError as error:
        raise ModelAnswerInvalid(f"the arguments of the tool {call['name']!r} are no JSON") from error
    if not isinstance(arguments, dict) or not call["name"]:
        raise ModelAnswerInvalid(f"the call of the tool {call['name']!r} is malformed")
    return ToolCall(name=call["name"], args=cast("dict[str, Any]", arguments), id=call["id"])
