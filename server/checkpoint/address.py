"""Which checkpoint a LangGraph config speaks of, and which version a channel gets next."""

import secrets
from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import PendingWrite, get_checkpoint_id, writes_sort_key

FENCING_TOKEN = "__fencing_token"  # noqa: S105 - a configurable's name; with two underscores LangGraph keeps it out of metadata
GREATEST_TOKEN = 2**53 - 1  # Redis' Lua compares numbers as doubles, which hold no greater ones apart


def address(config: RunnableConfig) -> tuple[str, str]:
    """The (thread_id, checkpoint_ns) of a config."""
    configurable = config.get("configurable", {})
    return str(configurable["thread_id"]), configurable.get("checkpoint_ns") or ""


def named_checkpoint(config: RunnableConfig) -> str:
    """The id of the checkpoint that a config names.

    Raises:
        ValueError: It names none.
    """
    checkpoint_id = get_checkpoint_id(config)
    if not checkpoint_id:
        raise ValueError("Writes belong to a checkpoint: the config has no checkpoint_id.")
    return checkpoint_id


def fencing_token(config: RunnableConfig, held: Mapping[str, str]) -> str:
    """The writer's fencing token, or "" for a writer that holds no lease.

    Args:
        config: May hold one itself.
        held: Tokens by thread, which come before that.
    """
    thread_id, _ = address(config)
    if thread_id in held:
        return held[thread_id]
    token = config.get("configurable", {}).get(FENCING_TOKEN)
    return "" if token is None else checked_token(token)


def checked_token(token: Any) -> str:
    """A fencing token as the scripts take it.

    Raises:
        ValueError: It is no whole number from 0 to 2**53 - 1.
    """
    number = int(token)
    if number != token or not 0 <= number <= GREATEST_TOKEN:
        raise ValueError(f"A fencing token must be a whole number from 0 to 2**53 - 1, not {token!r}.")
    return str(number)


def checkpoint_config(thread_id: str, namespace: str, checkpoint_id: str) -> RunnableConfig:
    """The config that names one checkpoint."""
    return {
        "configurable": {
            "thread_id": thread_id,
            "checkpoint_ns": namespace,
            "checkpoint_id": checkpoint_id,
        }
    }


def next_version(current: str | float | None) -> str:
    """One more than the current version, zero-padded, with a random suffix.

    The suffix keeps two branches of one thread from ever storing different values under one version.
    """
    count = 0 if current is None else int(str(current).split(".")[0])
    return f"{count + 1:032d}.{secrets.token_hex(8)}"


def in_task_order(records: list[tuple[str, str, int, str, Any]]) -> list[PendingWrite]:
    """Writes (path, task, index, channel, value) in the order in which LangGraph applies them."""
    records.sort(key=lambda r: writes_sort_key(r[0], r[1], r[2]))
    return [(task, channel, value) for _, task, _, channel, value in records]
