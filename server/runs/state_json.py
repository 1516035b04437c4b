"""A thread's state as the LangGraph Server API shows it."""

from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.types import Interrupt, PregelTask, StateSnapshot


def state_json(snapshot: StateSnapshot | None, *, asked_for: RunnableConfig | None = None) -> dict[str, Any]:
    """A state with its tasks, and the states of their subgraphs where they were read.

    Args:
        asked_for: Names the checkpoint that a caller asked for; it is shown also when there is none.
    """
    if snapshot is None or snapshot.created_at is None:
        wanted = _checkpoint(asked_for)
        return _EMPTY | {"checkpoint": wanted, "checkpoint_id": wanted and wanted["checkpoint_id"]}
    checkpoint, parent = _checkpoint(snapshot.config), _checkpoint(snapshot.parent_config)
    return {
        "values": snapshot.values,
        "next": list(snapshot.next),
        "tasks": [_task(task) for task in snapshot.tasks],
        "metadata": _metadata(snapshot),
        "created_at": snapshot.created_at,
        "checkpoint": checkpoint,
        "parent_checkpoint": parent,
        "interrupts": [interrupt_json(it) for it in snapshot.interrupts],
        "checkpoint_id": checkpoint and checkpoint["checkpoint_id"],
        "parent_checkpoint_id": parent and parent["checkpoint_id"],
    }


def _metadata(snapshot: StateSnapshot) -> dict[str, Any] | None:
    """A checkpoint's metadata, with the thread's id, which LangGraph leaves out of what is stored."""
    if snapshot.metadata is None:
        return None
    thread_id: str = snapshot.config.get("configurable", {})["thread_id"]
    return {**snapshot.metadata, "thread_id": thread_id}


_EMPTY: dict[str, Any] = {
    "values": {},
    "next": [],
    "tasks": [],
    "metadata": None,
    "created_at": None,
    "checkpoint": None,
    "parent_checkpoint": None,
    "interrupts": [],
    "checkpoint_id": None,
    "parent_checkpoint_id": None,
}


def interrupt_json(interrupt: Interrupt) -> dict[str, Any]:
    """A question that waits for an answer."""
    shown: dict[str, Any] = {"id": interrupt.id, "value": interrupt.value}
    schema = cast("Any", interrupt).response_schema
    return shown | ({"response_schema": schema} if schema is not None else {})


def _task(task: PregelTask) -> dict[str, Any]:
    below = task.state
    read = below if isinstance(below, StateSnapshot) else None
    config = read.config if read is not None else cast("RunnableConfig | None", below)
    return {
        "id": task.id,
        "name": task.name,
        "path": cast("Any", task).path,
        "error": _error(task.error),
        "interrupts": [interrupt_json(it) for it in task.interrupts],
        "checkpoint": _checkpoint(config),
        "state": state_json(read) if read is not None else None,
        "result": task.result,
    }


def _error(error: object) -> str | None:
    if error is None:
        return None
    return error if isinstance(error, str) else repr(error)


def _checkpoint(config: RunnableConfig | None) -> dict[str, Any] | None:
    if not config:
        return None
    named: dict[str, Any] = config.get("configurable", {})
    keys = ("checkpoint_id", "thread_id", "checkpoint_ns", "checkpoint_map")
    return {key: named[key] for key in keys if key in named}
