"""What another agent asks for: its message, read into the input of a graph."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid4

from server.api.langgraph.a2a.task import TaskName
from server.api.langgraph.json_rpc import INVALID_PARAMS, Params, RpcError


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A message to an agent."""

    thread_id: str
    message_id: str
    text: str
    data: dict[str, Any]
    has_text: bool

    def input(self, *, takes_messages: bool) -> dict[str, Any]:
        """The graph's input: data as it is, and the text as what a user says.

        Raises:
            RpcError: The graph takes no messages.
        """
        if not self.has_text:
            return self.data
        if not takes_messages:
            raise RpcError(INVALID_PARAMS, "This agent takes no text: send its input as a data part.")
        message = {"role": "user", "content": self.text, "id": self.message_id}
        return self.data | {"messages": [message]}

    def answer(self) -> Any:
        """What it says to an agent that asks."""
        return self.text if self.has_text else self.data


def configuration(params: Params) -> Params:
    """How the caller wants to be answered.

    Raises:
        RpcError: It is no object.
    """
    given: Any = params.get("configuration") or {}
    if not isinstance(given, dict):
        raise RpcError(INVALID_PARAMS, "configuration must be an object.")
    return cast("Params", given)


def read(params: Params) -> Said:
    """The message in a call's parameters.

    Raises:
        RpcError: There is none.
    """
    match params.get("message"):
        case {"parts": [_, *_] as parts, **rest}:
            message = cast("Params", rest)
        case _:
            raise RpcError(INVALID_PARAMS, "message with at least one part is required.")
    texts, data = _parts(cast("list[Any]", parts))
    return Said(
        thread_id=_context(message),
        message_id=str(message.get("messageId") or uuid4()),
        text="\n".join(texts),
        data=data,
        has_text=bool(texts),
    )


def _parts(parts: list[Any]) -> tuple[list[str], dict[str, Any]]:
    texts: list[str] = []
    data: dict[str, Any] = {}
    for part in parts:
        match part:
            case {"text": str(text)}:
                texts.append(text)
            case {"data": {**fields}}:
                data |= fields
            case _:
                raise RpcError(INVALID_PARAMS, "Parts must be of text or data.")
    return texts, data


def _context(message: Params) -> str:
    """The thread that a message belongs to: by its context, its task, or a new one."""
    context, task_id = message.get("contextId"), message.get("taskId")
    try:
        if task_id and not context:
            return TaskName.parse(task_id).thread_id
        return str(UUID(context)) if context else str(uuid4())
    except (ValueError, AttributeError, TypeError):
        raise RpcError(INVALID_PARAMS, "contextId must be a UUID, taskId one of this server's.") from None
