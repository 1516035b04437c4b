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
from server.checkpoint.codec import Codec, unframed
from server.checkpoint.memory import NOTHING, Seen
from server.checkpoint.plan import Plan, Planner, ScriptCall, accepted, call

ANCESTORS = 200  # that one round trip of a delta channel's history visits


def get_tuple(planner: Planner, config: RunnableConfig) -> Plan[CheckpointTuple | None]:
    """The checkpoint that a config names, or the newest of its namespace: one round trip."""
    thread_id, namespace = address(config)
    checkpoint_id = get_checkpoint_id(config)
    name = layout.join(namespace, checkpoint_id) if checkpoint_id else ""
    recalled = planner.memory.recall(thread_id, namespace)
    held = {channel: seen for channel, seen in recalled.items() if seen.is_unmistakable}
    (reply,) = yield [get_call(planner, thread_id, namespace, name, held)]
    if reply is None:
        return None
    found, seen = _loaded(planner, thread_id, reply, held)
    if seen:
        planner.memory.keep(thread_id, namespace, seen)
    return found


def get_call(
    planner: Planner, thread_id: str, namespace: str, name: str, held: Mapping[str, Seen] = NOTHING
) -> ScriptCall:
    """The call that reads a checkpoint by its name (``ns|id``), or the newest one by the name "".

    Values that are held already are not sent again; that they are still there is checked.
    """
    ttl = planner.options.ttl_argument if planner.options.refresh_on_read else "stay"
    fields = [layout.own_field(seen.blob(namespace, channel)) for channel, seen in held.items()]
    return call(lua.GET, thread_id, layout.escape(namespace), name, ttl, layout.listed(fields))


def loaded(planner: Planner, thread_id: str, reply: list[Any] | None) -> CheckpointTuple | None:
    """The checkpoint that a reply to `get_call` holds.

    Raises:
        CheckpointIncomplete: A part of it is gone.
    """
    return None if reply is None else _loaded(planner, thread_id, reply, NOTHING)[0]


def _loaded(
    planner: Planner, thread_id: str, reply: list[Any], held: Mapping[str, Seen]
) -> tuple[CheckpointTuple, dict[str, Seen]]:
    """The checkpoint of a reply, and its large values as they were read."""
    _, name, record, packed, frames, write_names, writes = accepted(reply, thread_id)
    namespace, checkpoint_id = layout.split(name)
    stored = planner.codec.restore(record)
    manifest = layout.unpack_manifest(packed)
    versions = stored["checkpoint"]["channel_versions"]
    seen = _seen(namespace, manifest.blobs, versions, frames, held)
    values = {
        channel: planner.codec.serde.loads_typed((one.kind, one.pieces.raw)) for channel, one in seen.items()
    }
    parent = manifest.parent
    found = CheckpointTuple(
        config=checkpoint_config(thread_id, namespace, checkpoint_id),
        checkpoint=cast("Checkpoint", {**stored["checkpoint"], "channel_values": values}),
        metadata=stored["metadata"],
        parent_config=checkpoint_config(thread_id, namespace, parent) if parent else None,
        pending_writes=_writes(planner.codec, write_names, writes),
    )
    return found, {channel: one for channel, one in seen.items() if one.is_worth_keeping}


def _seen(
    namespace: str,
    blobs: Sequence[str],
    versions: Mapping[str, Any],
    frames: Sequence[bytes],
    held: Mapping[str, Seen],
) -> dict[str, Seen]:
    """The serialized values of a checkpoint by channel: those that are held, and the frames of the others."""
    found: dict[str, Seen] = {}
    rest = iter(frames)
    for blob in blobs:
        channel = layout.channel_of(blob)
        known = held.get(channel)
        if known is None or layout.own_field(known.blob(namespace, channel)) != layout.own_field(blob):
            names = layout.pieces_of(blob)
            kind, pieces = unframed(names, [next(rest) for _ in names or [blob]])
            known = Seen(versions[channel], kind, pieces)
        found[channel] = known
    return found


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
                seeds[layout.split(channel)[0]] = planner.codec.restore_pieces(frames)
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
