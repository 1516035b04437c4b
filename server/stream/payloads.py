"""What a graph tells of its checkpoints and tasks, as LangGraph's clients expect it."""

from collections.abc import Mapping
from typing import Any, cast

Payload = dict[str, Any]

_SHOWN = ("__request_start_time_ms__", "__after_seconds__")  # of the configurable keys with two underscores
_PLACE = ("checkpoint_id", "thread_id", "checkpoint_ns", "checkpoint_map")


def shaped(mode: str, payload: Any) -> Any:
    """One streamed part's payload, without what is the server's alone."""
    if mode == "checkpoints":
        return _checkpoint(payload)
    if mode == "debug" and payload["type"] == "checkpoint":
        return payload | {"payload": _debugged(_checkpoint(payload["payload"]))}
    return payload


def _checkpoint(payload: Payload) -> Payload:
    return payload | {name: _public(payload.get(name)) for name in ("config", "parent_config")}


def _debugged(payload: Payload) -> Payload:
    """A checkpoint with where it and its parent lie, and where its tasks' subgraphs have theirs."""
    return payload | {
        "tasks": [_task(task) for task in payload["tasks"]],
        "checkpoint": _place(payload["config"]),
        "parent_checkpoint": _place(payload["parent_config"]),
    }


def _task(task: Payload) -> Payload:
    state = task.get("state")
    if not isinstance(state, dict) or "configurable" not in state:
        return task
    place = _place(cast("Payload", state))
    return {name: value for name, value in task.items() if name != "state"} | {"checkpoint": place}


def _place(config: Mapping[str, Any] | None) -> Payload | None:
    if config is None:
        return None
    configurable = config["configurable"]
    return {key: configurable[key] for key in _PLACE if key in configurable}


def _public(config: Payload | None) -> Payload | None:
    """A configuration without the keys that only LangGraph and this server use."""
    if config is None:
        return None
    configurable: Payload = config.get("configurable", {})
    shown = {key: value for key, value in configurable.items() if key[:2] != "__" or key in _SHOWN}
    return config | {"configurable": shown}
