"""LangGraph checkpoints on a plain Redis, for asyncio: the I/O of what the plans say."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from types import CoroutineType
from typing import Any, Self, TypeVar

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

from server.checkpoint import copying, measuring, reading, removing, writing
from server.checkpoint.connection import AsyncClient, open_async_client
from server.checkpoint.listing import Search
from server.checkpoint.multiplexed import MultiplexedRedis
from server.checkpoint.plan import Argument, Batch, Command, Plan, Replies, SaverOptions, ScriptCall
from server.checkpoint.planned import PlannedSaver, in_full, lifetime, spelled_out, spoken
from server.checkpoint.replication import confirmed, wait_for
from server.checkpoint.suitability import eviction_policy, refuse_old, warn_of_eviction
from server.checkpoint.under_way import UnderWay
from server.home_loop import HomeLoop

T = TypeVar("T")


class AsyncRedisSaver(PlannedSaver):
    """A checkpointer on Redis >= 6.2, Valkey or Redis Cluster, without modules.

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
        client: AsyncClient,
        *,
        serde: SerializerProtocol | None = None,
        options: SaverOptions | None = None,
    ) -> None:
        super().__init__(client, serde=serde, options=options)
        self._under_way = UnderWay()
        self._home = HomeLoop(instead="ainvoke and the like, or RedisSaver")

    @classmethod
    @asynccontextmanager
    async def from_conn_string(
        cls, url: str, *, serde: SerializerProtocol | None = None, **options: Any
    ) -> AsyncGenerator["AsyncRedisSaver"]:
        """A saver with a client of its own, on a server that was found suitable.

        Args:
            url: ``redis://``, ``rediss://``, ``unix://``, ``redis+cluster://`` or ``redis+sentinel://``.
            serde: How values become bytes.
            **options: Fields of SaverOptions.

        Raises:
            UnsuitableServer: It is older than Redis 6.2, or the URL is of no known kind.
        """
        async with open_async_client(url) as client:
            saver = cls(client, serde=serde, options=SaverOptions(**options))
            await saver.acheck_server()
            yield saver

    async def acheck_server(self) -> None:
        """Refuse a server that is too old, and warn of one that evicts keys."""
        if self.is_cluster:
            await self._client.initialize()
        for where in self.judged_nodes():
            info: dict[str, Any] = await self._client.execute_command("INFO", **where)
            refuse_old(info)
            policy = eviction_policy(info)
            if policy is None:
                with suppress(ResponseError):  # many managed servers forbid CONFIG
                    reply = await self._client.execute_command("CONFIG GET", "maxmemory-policy", **where)
                    policy = eviction_policy(reply)
            warn_of_eviction(policy)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return await self._run(writing.put(self.planner, config, checkpoint, metadata, new_versions))

    def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> "CoroutineType[Any, Any, None]":
        return self._under_way.track(self._put_writes(config, writes, task_id, task_path))

    async def _put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str
    ) -> None:
        await self._run(writing.put_writes(self.planner, config, writes, task_id, task_path))

    async def asettled(self) -> None:
        """Wait until all that tasks have written through this saver so far is stored."""
        await self._under_way.settled()

    def holding(self, thread_id: str, token: int) -> Self:
        owner = super().holding(thread_id, token)
        owner._under_way = UnderWay()
        return owner

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return await self._run(reading.get_tuple(self.planner, config))

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        search = Search(self.planner, config, filter, before, limit)
        while (page := await self._run(search.next_page())) is not None:
            for found in page:
                yield found

    async def adelete_thread(self, thread_id: str) -> None:
        await self._run(removing.delete_thread(self.planner, str(thread_id)))

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        await self._run(removing.delete_for_runs([str(run_id) for run_id in run_ids]))

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        await self._run(copying.copy_thread(self.planner, str(source_thread_id), str(target_thread_id)))

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        await self._run(removing.prune(self.planner, [str(thread) for thread in thread_ids], strategy))

    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        return await self._run(reading.delta_history(self.planner, config, channels))

    async def ameasure(self, thread_id: str) -> measuring.Storage:
        """What a thread takes up."""
        return await self._run(measuring.measure(str(thread_id)))

    async def afence(self, thread_id: str, token: int) -> None:
        """Refuse from now on every writer of a thread whose fencing token is less than this one.

        Raises:
            StaleFencingToken: The thread has seen a greater one.
        """
        await self._run(writing.fence(self.planner, str(thread_id), token))

    async def aset_ttl(self, thread_id: str, ttl: timedelta | None) -> None:
        """Give a thread a sliding TTL of its own; None keeps it for ever."""
        await self._run(writing.keep(self.planner, str(thread_id), lifetime(ttl)))

    async def areset_ttl(self, thread_id: str) -> None:
        """Let a thread live as long as the saver's option says."""
        await self._run(writing.keep(self.planner, str(thread_id), ""))

    async def _run(self, plan: Plan[T]) -> T:
        try:
            batch = next(plan)
            while True:
                batch = plan.send(await self._send(batch))
        except StopIteration as end:
            return end.value

    async def _send(self, batch: Batch) -> Replies:
        if wait := wait_for(batch, self._planner.options):
            return confirmed(await self._send_whole([*batch, wait]), self._planner.options)
        if len(batch) == 1:
            return [await self._ask(batch[0])]
        spoken_all = [spoken(command) for command in batch]
        if isinstance(self._client, MultiplexedRedis) and self._client.is_shared:
            replies = await self._client.together(spoken_all)
        else:
            replies = await self._pipelined(spoken_all)
        return [await self._settled(command, reply) for command, reply in zip(batch, replies, strict=True)]

    async def _send_whole(self, batch: Batch) -> Replies:
        """Send a batch on one connection, and all of it anew when the server has to be told a script."""
        replies = await self._pipelined([spoken(command) for command in batch])
        if any(isinstance(reply, NoScriptError) for reply in replies):
            replies = await self._pipelined([in_full(command) for command in batch])
        for reply in replies:
            if isinstance(reply, Exception):
                raise reply
        return replies

    async def _pipelined(self, commands: Sequence[tuple[Argument, ...]]) -> Replies:
        pipe = self._client.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        return await pipe.execute(raise_on_error=False)

    async def _ask(self, command: Command | ScriptCall) -> Any:
        try:
            return await self._client.execute_command(*spoken(command))
        except NoScriptError as error:
            return await self._settled(command, error)

    async def _settled(self, command: Command | ScriptCall, reply: Any) -> Any:
        again = spelled_out(command, reply)
        return reply if again is None else await self._client.execute_command(*again)

    # For graphs that run in another thread than the event loop: the same, through the loop.

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return self._home.wait_for(self.aput(config, checkpoint, metadata, new_versions))

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        return self._home.wait_for(self._put_writes(config, writes, task_id, task_path))

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return self._home.wait_for(self.aget_tuple(config))

    def delete_thread(self, thread_id: str) -> None:
        return self._home.wait_for(self.adelete_thread(thread_id))

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        return self._home.wait_for(self.adelete_for_runs(run_ids))

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        return self._home.wait_for(self.acopy_thread(source_thread_id, target_thread_id))

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        return self._home.wait_for(self.aprune(thread_ids, strategy=strategy))

    def get_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        return self._home.wait_for(self.aget_delta_channel_history(config=config, channels=channels))

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        search = Search(self.planner, config, filter, before, limit)
        while (page := self._home.wait_for(self._run(search.next_page()))) is not None:
            yield from page
