# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# redis-py's commands are typed for both of its clients at once.
"""LangGraph checkpoints on a plain Redis: every put is one transaction, every error raises."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    get_checkpoint_id,
    get_checkpoint_metadata,
)
from langgraph.checkpoint.serde.base import SerializerProtocol
from redis.asyncio import Redis

from server.checkpoint import layout
from server.checkpoint.address import address, checkpoint_config, in_task_order, incomplete, next_version

PAGE = 50  # checkpoints that one round trip of alist fetches
_CHUNK = 500  # fields that one HMGET fetches


class AsyncRedisSaver(BaseCheckpointSaver[str]):
    """A checkpointer on Redis >= 6.2 or Valkey, without modules.

    Args:
        client: A client that returns bytes (``decode_responses=False``); the caller closes it.
        serde: How values become bytes; LangGraph's own serializer by default.
    """

    def __init__(self, client: Redis, *, serde: SerializerProtocol | None = None) -> None:
        super().__init__(serde=serde)
        self._redis = client

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        thread_id, namespace = address(config)
        keys = layout.namespace_keys(thread_id, namespace)
        checkpoint_id = checkpoint["id"]
        values = checkpoint["channel_values"]
        fields = {
            layout.blob_field(channel, cast("str", version)): self._dump(values[channel])
            for channel, version in new_versions.items()
            if channel in values
        }
        manifest = [
            layout.blob_field(channel, cast("str", checkpoint["channel_versions"][channel]))
            for channel in values
            if channel in checkpoint["channel_versions"]
        ]
        fields[layout.manifest_field(checkpoint_id)] = layout.pack_manifest(manifest)
        fields[layout.checkpoint_field(checkpoint_id)] = self._dump(
            {
                "checkpoint": {key: value for key, value in checkpoint.items() if key != "channel_values"},
                "metadata": get_checkpoint_metadata(config, metadata),
                "parent": get_checkpoint_id(config),
            }
        )
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.data, mapping=cast("Any", fields))
            pipe.zadd(keys.checkpoints, {checkpoint_id: 0})
            pipe.sadd(layout.namespaces_key(thread_id), namespace)
            await pipe.execute()
        return checkpoint_config(thread_id, namespace, checkpoint_id)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        thread_id, namespace = address(config)
        keys = layout.namespace_keys(thread_id, namespace)
        checkpoint_id = str(get_checkpoint_id(config))
        async with self._redis.pipeline(transaction=True) as pipe:
            for position, (channel, value) in enumerate(writes):
                index = WRITES_IDX_MAP.get(channel, position)
                name = layout.write_name(checkpoint_id, task_id, index)
                record = self._dump(
                    {"path": task_path, "task": task_id, "index": index, "channel": channel, "value": value}
                )
                # The first write of a task's position stands; the special channels overwrite theirs.
                put = pipe.hset if index < 0 else pipe.hsetnx
                put(keys.data, layout.write_field(name), record)
                pipe.zadd(keys.writes, {name: 0})
            await pipe.execute()

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        thread_id, namespace = address(config)
        keys = layout.namespace_keys(thread_id, namespace)
        checkpoint_id = get_checkpoint_id(config)
        if checkpoint_id is None:
            newest = await self._redis.zrange(keys.checkpoints, -1, -1)
            if not newest:
                return None
            checkpoint_id = layout.text(cast("bytes", newest[0]))
        elif await self._redis.zscore(keys.checkpoints, checkpoint_id) is None:
            return None
        return await self._load(thread_id, namespace, checkpoint_id)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        if config is None:
            raise NotImplementedError("Listing the checkpoints of every thread: name a thread_id.")
        thread_id, _ = address(config)
        wanted = get_checkpoint_id(config)
        bound = get_checkpoint_id(before) if before else None
        left = limit
        for namespace in await self._namespaces(config):
            async for checkpoint_id in self._ids(thread_id, namespace, bound):
                if left == 0:
                    return
                if wanted is not None and checkpoint_id != wanted:
                    continue
                loaded = await self._load(thread_id, namespace, checkpoint_id)
                if filter and any(loaded.metadata.get(key) != value for key, value in filter.items()):
                    continue
                yield loaded
                left = None if left is None else left - 1

    async def adelete_thread(self, thread_id: str) -> None:
        key = layout.namespaces_key(thread_id)
        names = [layout.text(name) for name in await self._redis.smembers(key)]
        spaces = [layout.namespace_keys(thread_id, name) for name in names]
        await self._redis.unlink(key, *(k for s in spaces for k in (s.data, s.checkpoints, s.writes)))

    def getnext_version(self, current: str | None, channel: None) -> str:
        """The next version of a channel: one more than the last, and random, so that forks never collide."""
        return next_version(current)

    async def _namespaces(self, config: RunnableConfig) -> list[str]:
        """The namespaces that a config speaks of: all of the thread's unless it names one."""
        named = config.get("configurable", {}).get("checkpoint_ns")
        if named is not None:
            return [named]
        thread_id, _ = address(config)
        return sorted(
            layout.text(name) for name in await self._redis.smembers(layout.namespaces_key(thread_id))
        )

    async def _ids(self, thread_id: str, namespace: str, before: str | None) -> AsyncIterator[str]:
        """Checkpoint ids, newest first, strictly older than `before`."""
        key = layout.namespace_keys(thread_id, namespace).checkpoints
        upper = b"+" if before is None else b"(" + before.encode()
        while True:
            page = await self._redis.zrevrangebylex(key, upper, b"-", start=0, num=PAGE)
            for raw in page:
                yield layout.text(raw)
            if len(page) < PAGE:
                return
            upper = b"(" + layout.text(page[-1]).encode()

    async def _load(self, thread_id: str, namespace: str, checkpoint_id: str) -> CheckpointTuple:
        keys = layout.namespace_keys(thread_id, namespace)
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hmget(
                keys.data,
                [layout.checkpoint_field(checkpoint_id), layout.manifest_field(checkpoint_id)],
            )
            pipe.zrangebylex(keys.writes, *layout.write_range(checkpoint_id))
            (record, manifest), write_names = await pipe.execute()
        if record is None or manifest is None:
            raise incomplete(thread_id, checkpoint_id)
        blobs = layout.unpack_manifest(manifest)
        writes = [layout.write_field(layout.text(name)) for name in write_names]
        found = await self._fields(keys.data, [*blobs, *writes])
        if any(value is None for value in found):
            raise incomplete(thread_id, checkpoint_id)
        loaded = [self._restore(cast("bytes", value)) for value in found]
        stored = self._restore(record)
        values = {layout.channel_of(f): v for f, v in zip(blobs, loaded, strict=False)}
        parent = stored["parent"]
        return CheckpointTuple(
            config=checkpoint_config(thread_id, namespace, checkpoint_id),
            checkpoint=cast("Checkpoint", {**stored["checkpoint"], "channel_values": values}),
            metadata=stored["metadata"],
            parent_config=checkpoint_config(thread_id, namespace, parent) if parent else None,
            pending_writes=in_task_order(loaded[len(blobs) :]),
        )

    async def _fields(self, key: str, fields: list[str]) -> list[bytes | None]:
        found: list[bytes | None] = []
        for start in range(0, len(fields), _CHUNK):
            found += await cast("Any", self._redis.hmget(key, fields[start : start + _CHUNK]))
        return found

    def _dump(self, value: object) -> bytes:
        return layout.pack(self.serde.dumps_typed(value))

    def _restore(self, value: bytes) -> Any:
        return self.serde.loads_typed(layout.unpack(value))
