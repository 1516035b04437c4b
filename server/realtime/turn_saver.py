"""The checkpointer of one turn of a talk."""

import asyncio
from collections.abc import Sequence
from typing import Any, Self

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple

from server.checkpoint import AsyncRedisSaver


class TurnSaver(AsyncRedisSaver):
    """An owner's saver that can read its thread ahead, and let a request to a model go before its writes."""

    _newest: tuple[CheckpointTuple | None] | None = None  # read ahead; only until it is asked for
    _writes_from = 0.0  # by the event loop's clock

    @classmethod
    def of(cls, owner: AsyncRedisSaver) -> Self:
        """One that shares with the owner's saver what a copy of it would."""
        turn = cls.__new__(cls)
        vars(turn).update(vars(owner))
        return turn

    async def read_ahead(self, config: RunnableConfig) -> None:
        """Read a thread's newest checkpoint before it is asked for: nobody but its owner writes another."""
        self._newest = (await super().aget_tuple(config),)

    def step_back(self, seconds: float) -> None:
        """Let so much time pass from now on before anything is written."""
        self._writes_from = asyncio.get_running_loop().time() + seconds

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        asked: dict[str, Any] = config.get("configurable", {})
        if self._newest is None or asked.get("checkpoint_id") or asked.get("checkpoint_ns"):
            return await super().aget_tuple(config)
        (newest,), self._newest = self._newest, None
        return newest

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        await self._its_turn()
        return await super().aput(config, checkpoint, metadata, new_versions)

    async def _put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str
    ) -> None:
        await self._its_turn()
        await super()._put_writes(config, writes, task_id, task_path)

    async def _its_turn(self) -> None:
        self._newest = None
        await asyncio.sleep(max(0.0, self._writes_from - asyncio.get_running_loop().time()))
