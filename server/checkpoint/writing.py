"""Plans that store checkpoints and pending writes."""

from collections.abc import Sequence
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    EXCLUDED_METADATA_KEYS,
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
from server.checkpoint.plan import Argument, Plan, Planner, accepted, call
from server.checkpoint.values import Values


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
    kept_metadata = _metadata(config, metadata)
    run_id = str(kept_metadata.get("run_id") or "")
    values = Values(planner, thread_id, namespace, checkpoint, new_versions)
    record = {
        "checkpoint": {key: value for key, value in checkpoint.items() if key != "channel_values"},
        "metadata": kept_metadata,
    }
    framed = planner.codec.dump(record)
    name = layout.join(namespace, checkpoint["id"])
    keep = str(planner.options.keep_last or 0)
    options = [fencing_token(config, planner.tokens), planner.options.ttl_argument, keep]
    head = layout.listed([*options, layout.escape(namespace), name, layout.escape(run_id)])

    first = (thread_id, run_id) not in planner.known
    runs = [run_id] if run_id else []
    before = registry.entries(thread_id, runs) if first else []
    while True:
        manifest = layout.Manifest(
            parent=get_checkpoint_id(config) or "",
            run=run_id,
            from_ancestors=kept_metadata.get("counters_since_delta_snapshot") or (),
            blobs=values.blobs,
        )
        needed = layout.listed(values.needed)
        script = lua.PUT_AND_TRIM if planner.options.keep_last else lua.PUT
        store = call(script, thread_id, head, needed, manifest.pack(), framed, *values.stored)
        *_, reply = yield [*before, store]
        if accepted(reply, thread_id)[0] == b"ok":
            break
        values.store_again(reply[1].decode())
    values.remember()
    if reply[1] and not first:  # another process has deleted the thread since
        planner.known.pop((thread_id, run_id), None)
        yield registry.entries(thread_id, runs)
    planner.remember(thread_id, run_id)
    return checkpoint_config(thread_id, namespace, checkpoint["id"])


def _metadata(config: RunnableConfig, metadata: CheckpointMetadata) -> dict[str, Any]:
    """What LangGraph keeps of a run's metadata, and the lists and objects that a caller laid into it."""
    given = config.get("metadata") or {}
    nested = {key: value for key, value in given.items() if _is_ours_to_keep(key) and _is_nested_json(value)}
    return {**nested, **get_checkpoint_metadata(config, metadata)}


def _is_ours_to_keep(key: str) -> bool:
    return key not in EXCLUDED_METADATA_KEYS and not key.startswith("__")


def _is_nested_json(value: Any) -> bool:
    if isinstance(value, dict):
        items = cast("dict[object, object]", value).items()
        return all(isinstance(key, str) and _is_json(item) for key, item in items)
    return value is None or (isinstance(value, list) and all(map(_is_json, cast("list[object]", value))))


def _is_json(value: object) -> bool:
    return isinstance(value, str | int | float) or _is_nested_json(value)


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
    options = [fencing_token(config, planner.tokens), planner.options.ttl_argument]
    arguments: list[Argument] = [layout.listed(options)]
    for position, (channel, value) in enumerate(writes):
        index = WRITES_IDX_MAP.get(channel, position)
        arguments.append(layout.write_name(name, task_id, index))
        arguments.append(1 if index < 0 else 0)
        arguments.append(layout.pack_write(task_path, channel, planner.codec.dump(value)))
    (reply,) = yield [call(lua.PUT_WRITES, thread_id, *arguments)]
    accepted(reply, thread_id)


def fence(planner: Planner, thread_id: str, token: int) -> Plan[None]:
    """Refuse from now on all writers of a thread whose token is older."""
    (reply,) = yield [call(lua.FENCE, thread_id, checked_token(token), planner.options.ttl_argument)]
    accepted(reply, thread_id)


def keep(planner: Planner, thread_id: str, ttl: str) -> Plan[None]:
    """Give a thread a TTL of its own: milliseconds, "never", or "" for the saver's."""
    yield [call(lua.KEEP, thread_id, ttl, planner.options.ttl_argument)]
