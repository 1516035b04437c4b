"""Calls with their answers behind them: without, providers refuse a conversation."""

import json
from collections.abc import Sequence

from langchain_core.messages import AIMessage, AnyMessage, ToolCall, ToolMessage

_ENDED = {"cancelled": "This call was ended, or given up for what was said next. It has no result."}


def with_answers(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """The conversation with each call's last answer behind it; a call that has none is told to have ended.

    Answers to calls that are not among the messages are left out. The messages themselves stay as they are.
    """
    answers = {message.tool_call_id: message for message in messages if isinstance(message, ToolMessage)}
    told: list[AnyMessage] = []
    for message in messages:
        if isinstance(message, ToolMessage):
            continue
        told.append(message)
        if isinstance(message, AIMessage):
            told += [answers.get(str(call["id"]), _ended(call)) for call in message.tool_calls]
    return told


def _ended(call: ToolCall) -> ToolMessage:
    return ToolMessage(
        content=json.dumps(_ENDED), tool_call_id=str(call["id"]), name=call["name"], status="error"
    )
