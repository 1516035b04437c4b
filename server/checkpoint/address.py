"""Which checkpoint a LangGraph config speaks of, and which version a channel gets next."""

import secrets
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import PendingWrite, writes_sort_key

from tools.errors import ServiceError


class CheckpointIncomplete(ServiceError):
    """The index names a checkpoint whose data is gone: Redis evicted it, or somebody deleted it."""

    code = "checkpoint_incomplete"


def address(config: RunnableConfig) -> tuple[str, str]:
    """The (thread_id, checkpoint_ns) of a config."""
    configurable = config.get("configurable", {})
    return str(configurable["thread_id"]), configurable.get("checkpoint_ns", "")


def checkpoint_config(thread_id: str, namespace: str, checkpoint_id: str) -> RunnableConfig:
    """The config that names one checkpoint."""
    return {
        "configurable": {
            "thread_id": thread_id,
            "checkpoint_ns": namespace,
            "checkpoint_id": checkpoint_id,
        }
    }


def next_version(current: str | None) -> str:
    """One more than the current version, zero-padded, with a random suffix.

    The suffix keeps two branches of one thread from ever storing different values under one version.
    """
    count = 0 if current is None else int(current.split(".")[0])
    return f"{count + 1:032d}.{secrets.token_hex(8)}"


def in_task_order(records: list[dict[str, Any]]) -> list[PendingWrite]:
    """Pending writes in the order in which LangGraph applies them."""
    records.sort(key=lambda r: writes_sort_key(r["path"], r["task"], r["index"]))
    return [(r["task"], r["channel"], r["value"]) for r in records]


def incomplete(thread_id: str, checkpoint_id: str) -> CheckpointIncomplete:
    """The error for a checkpoint with a hole in it."""
    return CheckpointIncomplete(
        f"Checkpoint {checkpoint_id} of thread {thread_id} is listed but part of its data is gone.",
        hint="Redis has evicted keys: set its maxmemory-policy to noeviction.",
    )
