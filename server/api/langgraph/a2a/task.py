"""Runs as tasks of the agent-to-agent protocol: their names, states, messages and results."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4, uuid5

import orjson

from server.db.models import Run, RunStatus, now
from server.stream.encoding import to_json

Object = dict[str, Any]

_STATES: dict[RunStatus, str] = {
    "pending": "submitted",
    "running": "working",
    "success": "completed",
    "error": "failed",
    "timeout": "failed",
    "interrupted": "canceled",
}
_SAID_BY = {"human": "user", "ai": "agent"}


@dataclass(frozen=True, slots=True)
class TaskName:
    """A task is a run on a thread, which is its context."""

    thread_id: str
    run_id: str

    def __str__(self) -> str:
        return f"{self.thread_id}:{self.run_id}"

    @classmethod
    def parse(cls, text: Any) -> "TaskName":
        """The parts of a task's id; raises ValueError for what is none."""
        thread_id, colon, run_id = str(text).partition(":")
        if not colon:
            raise ValueError(text)
        return cls(str(UUID(thread_id)), str(UUID(run_id)))

    @property
    def place(self) -> Object:
        """The fields by which messages and updates say where they belong."""
        return {"taskId": str(self), "contextId": self.thread_id}


def task(name: TaskName, said: list[Object], status: Object) -> Object:
    """A task with what was said."""
    place: Object = {"kind": "task", "id": str(name), "contextId": name.thread_id}
    return place | {"history": said, "status": status}


def state_of(run_status: RunStatus, *, asks: bool) -> str:
    """A run's state as the protocol names it."""
    return "input-required" if asks and run_status == "success" else _STATES[run_status]


def status(
    name: TaskName, state: str, message: str | None = None, *, since: datetime | None = None
) -> Object:
    """A state with its time, and what the agent says to it.

    Args:
        since: When it began; now, unless that is known.
    """
    said = {"message": agent_message(name, message)} if message is not None else {}
    return {"state": state} | said | {"timestamp": (since or now()).isoformat()}


def status_update(name: TaskName, state: str, message: str | None = None) -> Object:
    """News of a task's state."""
    final = state not in ("submitted", "working")
    kind: Object = {"kind": "status-update", "status": status(name, state, message), "final": final}
    return name.place | kind


def artifact_update(name: TaskName, result: Object) -> Object:
    """News of a task's result."""
    return name.place | {"kind": "artifact-update", "artifact": result, "append": False, "lastChunk": True}


def artifact(run: Run, values: Any) -> Object:
    """A run's result: what the agent said last or, of a graph without messages, all of its values."""
    answer = _last_answer(values)
    part = {"kind": "data", "data": _plain(values)} if answer is None else {"kind": "text", "text": answer}
    return {
        "artifactId": str(uuid5(UUID(run.run_id), "response")),  # the same whenever it is asked for
        "name": "Assistant Response",
        "description": f"Response from assistant {run.assistant_id}",
        "parts": [part],
    }


def agent_message(name: TaskName, text: str) -> Object:
    """What the agent says."""
    return _message(name, "agent", text, str(uuid4()))


def user_message(name: TaskName, text: str, message_id: str) -> Object:
    """What the user has said."""
    return _message(name, "user", text, message_id)


def history(name: TaskName, values: Any) -> list[Object]:
    """What was said on a task's thread."""
    said: list[Object] = []
    for message in _messages(values):
        role, text = _SAID_BY.get(message["type"]), text_of(message["content"])
        if role is not None and text:
            said.append(_message(name, role, text, message.get("id") or str(uuid4())))
    return said


def text_of(content: Any) -> str:
    """The text of a message's content, whatever else is in it."""
    if isinstance(content, str):
        return content
    blocks = cast("list[Any]", content) if isinstance(content, list) else []
    return "".join(_text_of_block(block) for block in blocks)


def _text_of_block(block: Any) -> str:
    match block:
        case str():
            return block
        case {"type": "text", "text": str(text)}:
            return text
        case _:
            return ""


def _message(name: TaskName, role: str, text: str, message_id: str) -> Object:
    parts = [{"kind": "text", "text": text}]
    return {"kind": "message", "role": role, "parts": parts, "messageId": message_id} | name.place


def _last_answer(values: Any) -> str | None:
    said = [message for message in _messages(values) if message["type"] == "ai"]
    return text_of(said[-1]["content"]) if said else None


def _messages(values: Any) -> list[Object]:
    match _plain(values):
        case {"messages": [*messages]}:
            return [message for message in messages if isinstance(message, dict) and "content" in message]
        case _:
            return []


def _plain(values: Any) -> Any:
    return orjson.loads(to_json(values))
