"""Plans that read checkpoints."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    Checkpoint,
    CheckpointTuple,
    DeltaChannelHistory,
    PendingWrite,
    get_checkpoint_id,
)

from server.checkpoint import layout, lua
from server.checkpoint.address import address, checkpoint_config, in_task_order
from server.checkpoint.codec import Codec
from server.checkpoint.memory import Seen
from server.checkpoint.pieces import LEAST, Pieces
from server.checkpoint.plan import Plan, Planner, ScriptCall, accepted, call

ANCESTORS = 200  # that one round trip of a delta channel's history visits


def get_tuple(planner: Planner, config: RunnableConfig) -> Plan[CheckpointTuple | None]:
    """The checkpoint that a config names, or the newest of its namespace: one round trip."""
    thread_id, namespace = address(config)
    checkpoint_id = get_checkpoint_id(config)
    name = layout.join(namespace, checkpoint_id) if checkpoint_id else ""
    (reply,) = yield [get_call(planner, thread_id, namespace, name)]
    return loaded(planner, thread_id, reply, remember=True)


def get_call(planner: Planner, thread_id: str, namespace: str, name: str) -> ScriptCall:
    """The call that reads a checkpoint by its name (``ns|id``), or the newest one by the name ""."""
    ttl = planner.options.ttl_argument if planner.options.refresh_on_read else "stay"
    return call(lua.GET, thread_id, layout.escape(namespace), name, ttl)


def loaded(
    planner: Planner, thread_id: str, reply: list[Any] | None, *, remember: bool = False
) -> CheckpointTuple | None:
    """The checkpoint that a reply to `get_call` holds.

    Args:
        planner: What every plan needs.
        thread_id: The checkpoint's thread.
        reply: What the script returned; None where there is no checkpoint.
        remember: Whether a run may go on from it, so that its values are worth remembering.

    Raises:
        CheckpointIncomplete: A part of it is gone.
    """
    if reply is None:
        return None
    _, name, record, packed, frames, write_names, writes = accepted(reply, thread_id)
    namespace, checkpoint_id = layout.split(name)
    stored = planner.codec.restore(record)
    manifest = layout.unpack_manifest(packed)
    values, pieces = _values(planner.codec, manifest.blobs, frames)
    if remember:
        versions = stored["checkpoint"]["channel_versions"]
        for channel, found in pieces.items():
            planner.memory.keep((thread_id, namespace, channel), Seen(versions[channel], found))
    parent = manifest.parent
    return CheckpointTuple(
        config=checkpoint_config(thread_id, namespace, checkpoint_id),
        checkpoint=cast("Checkpoint", {**stored["checkpoint"], "channel_values": values}),
        metadata=stored["metadata"],
        parent_config=checkpoint_config(thread_id, namespace, parent) if parent else None,
        pending_writes=_writes(planner.codec, write_names, writes),
    )


def _values(
    codec: Codec, blobs: Sequence[str], frames: Sequence[bytes]
) -> tuple[dict[str, Any], dict[str, Pieces | None]]:
    """The values by channel, and of those that can be cut into pieces the pieces that they are in."""
    values: dict[str, Any] = {}
    pieces: dict[str, Pieces | None] = {}
    position = 0
    for blob in blobs:
        channel, names = layout.channel_of(blob), layout.pieces_of(blob)
        if names:
            own = frames[position : position + len(names)]
            values[channel], pieces[channel] = codec.restore_pieces(names, own)
        else:
            values[channel] = codec.restore(frames[position])
            if len(frames[position]) >= LEAST:
                pieces[channel] = None
        position += len(names) or 1
    return values, pieces


def delta_history(
    planner: Planner, config: RunnableConfig, channels: Sequence[str]
) -> Plan[Mapping[str, DeltaChannelHistory]]:
    """What the ancestors of a checkpoint wrote to some channels: one round trip per 200 ancestors."""
    thread_id, namespace = address(config)
    checkpoint_id = get_checkpoint_id(config)
    name = layout.join(namespace, checkpoint_id) if checkpoint_id else ""
    collected: dict[str, list[list[PendingWrite]]] = {channel: [] for channel in channels}
    seeds: dict[str, Any] = {}
    left = list(dict.fromkeys(channels))
    while left:
        wanted = [layout.escape(channel) for channel in left]
        walk = call(lua.HISTORY, thread_id, layout.escape(namespace), name, ANCESTORS, *wanted)
        (reply,) = yield [walk]
        _, name, rows = accepted(reply, thread_id)
        for write_names, writes, seeded, blobs in rows:
            _collect(collected, seeds, _writes(planner.codec, write_names, writes))
            for channel, frames in zip(seeded, blobs, strict=True):
                seeds[layout.split(channel)[0]], _ = planner.codec.restore_pieces([""] * len(frames), frames)
        left = [channel for channel in left if channel not in seeds] if name else []
        name = name.decode()
    return {channel: _history(channel, collected, seeds) for channel in channels}


def _collect(
    collected: dict[str, list[list[PendingWrite]]], seeds: dict[str, Any], writes: list[PendingWrite]
) -> None:
    """Add one ancestor's writes to the channels whose stored value is further up."""
    for channel, found in collected.items():
        if channel not in seeds:
            found.append([write for write in writes if write[1] == channel])


def _history(
    channel: str, collected: dict[str, list[list[PendingWrite]]], seeds: dict[str, Any]
) -> DeltaChannelHistory:
    """Ancestors' writes from the oldest to the newest, and the value under them."""
    oldest_first = [write for writes in reversed(collected[channel]) for write in writes]
    if channel in seeds:
        return {"writes": oldest_first, "seed": seeds[channel]}
    return {"writes": oldest_first}


def _writes(codec: Codec, names: list[bytes], values: list[bytes]) -> list[PendingWrite]:
    """Pending writes as LangGraph applies them."""
    records: list[tuple[str, str, int, str, Any]] = []
    for name, value in zip(names, values, strict=True):
        *_, task_id, index = layout.split(name)
        path, channel, packed = layout.unpack_write(value)
        records.append((path, task_id, int(index), channel, codec.restore(packed)))
    return in_task_order(records)
