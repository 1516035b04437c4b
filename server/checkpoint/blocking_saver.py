"""LangGraph checkpoints on a plain Redis, blocking: the I/O of what the plans say."""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
)
from langgraph.checkpoint.serde.base import SerializerProtocol
from redis.exceptions import NoScriptError, ResponseError

from server.checkpoint import copying, reading, removing, writing
from server.checkpoint.connection import Client, open_client
from server.checkpoint.listing import Search
from server.checkpoint.plan import Argument, Batch, Command, Plan, Replies, SaverOptions, ScriptCall
from server.checkpoint.planned import PlannedSaver, in_full, lifetime, spelled_out, spoken
from server.checkpoint.replication import confirmed, wait_for
from server.checkpoint.suitability import eviction_policy, refuse_old, warn_of_eviction

T = TypeVar("T")


class RedisSaver(PlannedSaver):
    """A blocking checkpointer on Redis >= 6.2, Valkey or Redis Cluster, without modules.

    A put is one atomic round trip, so is what a task wrote, and so is reading the newest checkpoint. Every
    error of Redis raises; none reads as "no state". A write of an owner (``holding``) is refused once
    its thread has seen a greater token; so is one whose config holds an ``__fencing_token``.

    Args:
        client: A client that returns bytes (``decode_responses=False``); the caller closes it.
        serde: How values become bytes; LangGraph's own serializer by default.
        options: TTL, retention, compression and replication.
    """

    def __init__(
        self,
        client: Client,
        *,
        serde: SerializerProtocol | None = None,
        options: SaverOptions | None = None,
    ) -> None:
        super().__init__(client, serde=serde, options=options)

    @classmethod
    @contextmanager
    def from_conn_string(
        cls, url: str, *, serde: SerializerProtocol | None = None, **options: Any
    ) -> Generator["RedisSaver"]:
        """A saver with a client of its own, on a server that was found suitable.

        Args:
            url: ``redis://``, ``rediss://``, ``unix://``, ``redis+cluster://`` or ``redis+sentinel://``.
            serde: How values become bytes.
            **options: Fields of SaverOptions.

        Raises:
            UnsuitableServer: It is older than Redis 6.2, or the URL is of no known kind.
        """
        with open_client(url) as client:
            saver = cls(client, serde=serde, options=SaverOptions(**options))
            saver.check_server()
            yield saver

    def check_server(self) -> None:
        """Refuse a server that is too old, and warn of one that evicts keys."""
        for where in self.judged_nodes():
            info: dict[str, Any] = self._client.execute_command("INFO", **where)
            refuse_old(info)
            policy = eviction_policy(info)
            if policy is None:
                with suppress(ResponseError):  # many managed servers forbid CONFIG
                    reply = self._client.execute_command("CONFIG GET", "maxmemory-policy", **where)
                    policy = eviction_policy(reply)
            warn_of_eviction(policy)

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return self._run(writing.put(self.planner, config, checkpoint, metadata, new_versions))

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        self._run(writing.put_writes(self.planner, config, writes, task_id, task_path))

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return self._run(reading.get_tuple(self.planner, config))

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        search = Search(self.planner, config, filter, before, limit)
        while (page := self._run(search.next_page())) is not None:
            yield from page

    def delete_thread(self, thread_id: str) -> None:
        self._run(removing.delete_thread(self.planner, str(thread_id)))

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        self._run(removing.delete_for_runs([str(run_id) for run_id in run_ids]))

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        self._run(copying.copy_thread(self.planner, str(source_thread_id), str(target_thread_id)))

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        self._run(removing.prune(self.planner, [str(thread) for thread in thread_ids], strategy))

    def get_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        return self._run(reading.delta_history(self.planner, config, channels))

    def fence(self, thread_id: str, token: int) -> None:
        """Refuse from now on every writer of a thread whose fencing token is less than this one.

        Raises:
            StaleFencingToken: The thread has seen a greater one.
        """
        self._run(writing.fence(self.planner, str(thread_id), token))

    def set_ttl(self, thread_id: str, ttl: timedelta | None) -> None:
        """Give a thread a sliding TTL of its own; None keeps it for ever."""
        self._run(writing.keep(self.planner, str(thread_id), lifetime(ttl)))

    def reset_ttl(self, thread_id: str) -> None:
        """Let a thread live as long as the saver's option says."""
        self._run(writing.keep(self.planner, str(thread_id), ""))

    def _run(self, plan: Plan[T]) -> T:
        try:
            batch = next(plan)
            while True:
                batch = plan.send(self._send(batch))
        except StopIteration as end:
            return end.value

    def _send(self, batch: Batch) -> Replies:
        if wait := wait_for(batch, self._planner.options):
            return confirmed(self._send_whole([*batch, wait]), self._planner.options)
        if len(batch) == 1:
            return [self._ask(batch[0])]
        replies = self._pipelined([spoken(command) for command in batch])
        return [self._settled(command, reply) for command, reply in zip(batch, replies, strict=True)]

    def _send_whole(self, batch: Batch) -> Replies:
        """Send a batch on one connection, and all of it anew when the server has to be told a script."""
        replies = self._pipelined([spoken(command) for command in batch])
        if any(isinstance(reply, NoScriptError) for reply in replies):
            replies = self._pipelined([in_full(command) for command in batch])
        for reply in replies:
            if isinstance(reply, Exception):
                raise reply
        return replies

    def _pipelined(self, commands: Sequence[tuple[Argument, ...]]) -> Replies:
        pipe = self._client.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        return pipe.execute(raise_on_error=False)

    def _ask(self, command: Command | ScriptCall) -> Any:
        try:
            return self._client.execute_command(*spoken(command))
        except NoScriptError as error:
            return self._settled(command, error)

    def _settled(self, command: Command | ScriptCall, reply: Any) -> Any:
        again = spelled_out(command, reply)
        return reply if again is None else self._client.execute_command(*again)

    # For graphs that run in an event loop: the same, in a thread.

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return await asyncio.to_thread(self.put, config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        return await asyncio.to_thread(self.put_writes, config, writes, task_id, task_path)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return await asyncio.to_thread(self.get_tuple, config)

    async def adelete_thread(self, thread_id: str) -> None:
        return await asyncio.to_thread(self.delete_thread, thread_id)

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        return await asyncio.to_thread(self.delete_for_runs, run_ids)

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        return await asyncio.to_thread(self.copy_thread, source_thread_id, target_thread_id)

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        return await asyncio.to_thread(self.prune, thread_ids, strategy=strategy)

    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        return await asyncio.to_thread(self.get_delta_channel_history, config=config, channels=channels)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        search = Search(self.planner, config, filter, before, limit)
        while (page := await asyncio.to_thread(self._run, search.next_page())) is not None:
            for found in page:
                yield found
