"""Threads as the API shows them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from server.api.langgraph.extraction import Path, extract
from server.checkpoint.measuring import Storage
from server.db.models import Thread, ThreadSnapshot


def thread_json(thread: Thread, snapshot: ThreadSnapshot | None) -> dict[str, Any]:
    """A thread with its latest values; error and interrupts once it has held any."""
    shown = thread_row(thread) | {"values": snapshot.values if snapshot else None}
    if snapshot is not None:
        shown |= {"error": thread.error, "interrupts": snapshot.interrupts}
    elif thread.error is not None:
        shown["error"] = thread.error
    return shown


def thread_row(thread: Thread) -> dict[str, Any]:
    """A thread without its values."""
    return {
        "thread_id": thread.thread_id,
        "created_at": thread.created_at.isoformat(),
        "updated_at": thread.updated_at.isoformat(),
        "state_updated_at": thread.state_updated_at.isoformat(),
        "metadata": thread.meta,
        "status": thread.status,
        "config": thread.config,
    }


def ttl_json(thread: Thread) -> dict[str, Any]:
    """A thread's own TTL, if it has one."""
    if thread.expires_at is None:
        return {}
    shown = {
        "strategy": thread.ttl_strategy,
        "ttl_minutes": thread.ttl_minutes,
        "expires_at": thread.expires_at.isoformat(),
    }
    return {"ttl": shown}


def selected(thread: dict[str, Any], fields: Sequence[str] | None, paths: dict[str, Path]) -> dict[str, Any]:
    """The fields of a thread that are asked for, and what is extracted from it."""
    shown = thread if fields is None else {name: thread[name] for name in fields if name in thread}
    if not paths:
        return shown
    return shown | {"extracted": {alias: extract(thread, path) for alias, path in paths.items()}}


def storage_json(thread_id: str, storage: Storage) -> dict[str, Any]:
    """What a thread takes up in Redis."""
    channels = storage.channels
    size = sum(section.bytes for section in channels.values())
    return {
        "thread_id": thread_id,
        "total_bytes": storage.checkpoints.bytes + size + storage.writes.bytes,
        "checkpoints": asdict(storage.checkpoints),
        "channel_values": {
            "count": sum(section.count for section in channels.values()),
            "bytes": size,
            "by_channel": {
                name: {"versions": section.count, "bytes": section.bytes}
                for name, section in channels.items()
            },
        },
        "pending_writes": asdict(storage.writes),
    }
