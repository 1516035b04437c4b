"""Plans that store checkpoints and pending writes."""

from collections.abc import Sequence
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    get_checkpoint_id,
    get_checkpoint_metadata,
)

from server.checkpoint import layout, lua, registry
from server.checkpoint.address import (
    address,
    checked_token,
    checkpoint_config,
    fencing_token,
    named_checkpoint,
)
from server.checkpoint.plan import Argument, Plan, Planner, ScriptCall, accepted, call


def put(
    planner: Planner,
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    new_versions: ChannelVersions,
) -> Plan[RunnableConfig]:
    """Store a checkpoint: one round trip, and one more for a thread or run that this saver meets first.

    A value that it takes over from an earlier checkpoint, but that has expired or was pruned meanwhile, is
    stored again from the checkpoint at hand.
    """
    thread_id, namespace = address(config)
    kept_metadata = get_checkpoint_metadata(config, metadata)
    run_id = str(kept_metadata.get("run_id") or "")
    blobs = _blobs(namespace, checkpoint)
    changed = {blob for blob, channel in blobs.items() if channel in new_versions}
    record = {
        "checkpoint": {key: value for key, value in checkpoint.items() if key != "channel_values"},
        "metadata": kept_metadata,
    }
    manifest = layout.Manifest(
        parent=get_checkpoint_id(config) or "",
        run=run_id,
        from_ancestors=kept_metadata.get("counters_since_delta_snapshot") or (),
        blobs=list(blobs),
    )
    name = layout.join(namespace, checkpoint["id"])
    fields: list[Argument] = [layout.record_field(name), planner.codec.dump(record)]
    fields += [layout.manifest_field(name), manifest.pack()]
    head: list[Argument] = [fencing_token(config), planner.options.ttl_argument, layout.escape(namespace)]
    head += [name, layout.escape(run_id), planner.options.keep_last or 0]

    first = (thread_id, run_id) not in planner.known
    runs = [run_id] if run_id else []
    before = registry.entries(thread_id, runs) if first else []
    while True:
        store = [*head, *_values(planner, checkpoint, blobs, changed), *fields]
        *_, reply = yield [*before, call(lua.PUT, thread_id, *store)]
        if accepted(reply, thread_id)[0] == b"ok":
            break
        changed.add(reply[1].decode())
    if reply[1] and not first:  # another process has deleted the thread since
        planner.known.pop((thread_id, run_id), None)
        yield registry.entries(thread_id, runs)
    planner.remember(thread_id, run_id)
    return checkpoint_config(thread_id, namespace, checkpoint["id"])


def _blobs(namespace: str, checkpoint: Checkpoint) -> dict[str, str]:
    """The channel of each blob field of a checkpoint."""
    versions = checkpoint["channel_versions"]
    return {
        layout.blob_field(namespace, channel, versions[channel]): channel
        for channel in checkpoint["channel_values"]
        if channel in versions
    }


def _values(
    planner: Planner, checkpoint: Checkpoint, blobs: dict[str, str], changed: set[str]
) -> list[Argument]:
    """The number of blob fields that must be there, these, and those to store with their values."""
    taken_over = [blob for blob in blobs if blob not in changed]
    values = checkpoint["channel_values"]
    store = [part for blob in changed for part in (blob, planner.codec.dump(values[blobs[blob]]))]
    return [len(taken_over), *taken_over, *store]


def put_writes(
    planner: Planner,
    config: RunnableConfig,
    writes: Sequence[tuple[str, Any]],
    task_id: str,
    task_path: str,
) -> Plan[None]:
    """Store what a task wrote: one round trip. The checkpoint itself may come later."""
    thread_id, namespace = address(config)
    name = layout.join(namespace, named_checkpoint(config))
    arguments: list[Argument] = [fencing_token(config), planner.options.ttl_argument]
    for position, (channel, value) in enumerate(writes):
        index = WRITES_IDX_MAP.get(channel, position)
        arguments.append(layout.write_name(name, task_id, index))
        arguments.append(1 if index < 0 else 0)
        arguments.append(layout.pack_write(task_path, channel, planner.codec.dump(value)))
    (reply,) = yield [ScriptCall(lua.PUT_WRITES, layout.thread_keys(thread_id), arguments)]
    accepted(cast("list[Any]", reply), thread_id)


def fence(planner: Planner, thread_id: str, token: int) -> Plan[None]:
    """Refuse from now on all writers of a thread whose token is older."""
    (reply,) = yield [call(lua.FENCE, thread_id, checked_token(token), planner.options.ttl_argument)]
    accepted(reply, thread_id)


def keep(planner: Planner, thread_id: str, ttl: str) -> Plan[None]:
    """Give a thread a TTL of its own: milliseconds, "never", or "" for the saver's."""
    yield [call(lua.KEEP, thread_id, ttl, planner.options.ttl_argument)]
