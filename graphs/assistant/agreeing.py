"""Agreement in words: a front end without buttons leaves its users nothing but to type "yes"."""

from collections.abc import Sequence
from uuid import uuid4

from langchain_core.messages import AIMessage, AnyMessage

from graphs.assistant.state import Proposal

_WORDS = frozenset(
    (
        *("yes", "yes please", "yes, please", "y", "yeah", "yep", "ok", "okay", "sure", "agreed", "confirm"),
        *("confirmed", "approve", "approved", "start", "start it", "go", "go ahead", "do it", "proceed"),
        *("是", "是的", "对", "好", "好的", "好啊", "行", "可以", "同意", "确认", "开始", "开始吧", "没问题"),
    )
)


def agrees(text: str) -> bool:
    """Whether a message says yes and nothing else: whoever says more wants something else done."""
    return text.strip(" \n.!。！").lower() in _WORDS


def agreed(messages: Sequence[AnyMessage], proposal: Proposal) -> tuple[AIMessage, Proposal] | None:
    """The proposed call once more, after the user's yes, and the proposal for it; None if nobody made it.

    A model's call and its answer stand together in a conversation, and between the first one and its answer
    there is the user's message now; some front ends have put an answer of their own there, too.
    """
    for message in reversed(messages):
        for call in message.tool_calls if isinstance(message, AIMessage) else ():
            if call["id"] == proposal["call_id"]:
                call_id = f"call_{uuid4().hex}"
                again = AIMessage("", tool_calls=[{**call, "id": call_id}])
                return again, {**proposal, "call_id": call_id}
    return None
