"""Reads and changes what threads hold, through their graphs."""

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from langchain_core.runnables import RunnableConfig
from langchain_core.utils.uuid import uuid7
from langgraph.errors import EmptyInputError, InvalidUpdateError
from langgraph.types import StateSnapshot, StateUpdate

from server.checkpoint import AsyncRedisSaver, StaleFencingToken
from server.db.models import Thread, ThreadSnapshot
from server.db.repositories import runs, threads
from server.db.session import Database
from server.keys import RunKey
from server.runs.catalog import AnyGraph, GraphCatalog
from server.runs.factories import AccessContext
from server.runs.leases import LeaseHeld, Leases
from server.runs.snapshots import snapshot_of
from server.runs.state_json import state_json
from server.stream.broker import EventBroker
from server.stream.encoding import to_json
from server.stream.log import Fenced
from server.stream.thread_follower import UPDATE_PREFIX
from tools.errors import BadRequest, Conflict

#: What LangGraph and the reducers of a graph raise for values that do not fit.
_REFUSALS = (InvalidUpdateError, EmptyInputError, ValueError, TypeError)


@dataclass(frozen=True, kw_only=True)
class StatePlace:
    """Which of a thread's states is meant: the latest of the root graph, unless something else is named."""

    checkpoint: dict[str, Any] = field(default_factory=dict[str, Any])
    #: checkpoint_id, checkpoint_ns, checkpoint_map

    @property
    def checkpoint_id(self) -> str | None:
        """The checkpoint that is named."""
        return self.checkpoint.get("checkpoint_id") or None

    def config(self, thread_id: str, **more: Any) -> RunnableConfig:
        """As LangGraph names it."""
        named = {key: self.checkpoint[key] for key in _NAMING if self.checkpoint.get(key)}
        return {"configurable": {"checkpoint_ns": ""} | named | {"thread_id": thread_id} | more}


_NAMING = ("checkpoint_id", "checkpoint_ns", "checkpoint_map")
LATEST = StatePlace()


@dataclass(frozen=True, kw_only=True)
class ThreadStates:
    """States of threads.

    Args:
        leases: Gives leases that lapse at once: they fence other writers off, and hold no run back.
    """

    database: Database
    catalog: GraphCatalog
    checkpointer: AsyncRedisSaver
    leases: Leases
    broker: EventBroker

    async def get(
        self, thread: Thread, place: StatePlace = LATEST, *, subgraphs: bool = False
    ) -> StateSnapshot | None:
        """A state; None for a thread without a graph."""
        config = place.config(thread.thread_id)
        async with self._opened(thread, "threads.read", config) as graph:
            if graph is None:
                return None
            with _explained():
                return await graph.aget_state(config, subgraphs=subgraphs)

    async def history(
        self,
        thread: Thread,
        place: StatePlace = LATEST,
        *,
        limit: int,
        before: RunnableConfig | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> list[StateSnapshot]:
        """States, the newest first."""
        config = place.config(thread.thread_id)
        async with self._opened(thread, "threads.read", config) as graph:
            if graph is None:
                return []
            with _explained():
                found = graph.aget_state_history(config, filter=metadata, before=before, limit=limit)
                return [state async for state in found]

    async def update(
        self, thread_id: str, supersteps: Sequence[Sequence[StateUpdate]], place: StatePlace = LATEST
    ) -> tuple[RunnableConfig, StateSnapshot]:
        """Change a state as if nodes had run.

        Returns:
            The config of the new checkpoint, and the thread's latest state.

        Raises:
            Conflict: A run is under way or waits.
            BadRequest: The thread has no graph, or the update does not fit it.
        """
        async with self.database.read() as session:
            thread = await threads.get(session, thread_id)
            busy = [run.run_id for run in await runs.active_of_thread(session, thread_id)]
        if busy:
            raise _in_flight(thread_id, busy)
        async with self._opened(thread, "threads.update", place.config(thread_id)) as opened:
            if opened is None:
                raise _no_graph(thread_id)
            async with self._alone(thread) as (update, epoch):
                graph = opened.copy(update={"checkpointer": self.checkpointer.holding(thread_id, epoch)})
                config = place.config(thread_id, graph_id=thread.meta.get("graph_id"))
                with _explained():
                    made = await graph.abulk_update_state(config, supersteps)
                state = await graph.aget_state(LATEST.config(thread_id))
                await self._settle(thread_id, state, snapshot_of(thread_id, state), epoch)
                await self._tell(update, epoch, state)
        return made, state

    @asynccontextmanager
    async def _alone(self, thread: Thread) -> AsyncGenerator[tuple[RunKey, int]]:
        """Fence all earlier writers of a thread off; a run that begins meanwhile fences this one off."""
        update = RunKey(thread.thread_id, f"{UPDATE_PREFIX}{uuid7()}")
        try:
            lease = await self.leases.claim(update, worker="state update", floor=thread.epoch)
            await self.checkpointer.afence(thread.thread_id, lease.epoch)
            try:
                yield update, lease.epoch
            finally:
                await self.leases.release(lease)
        except (LeaseHeld, StaleFencingToken) as error:
            raise _in_flight(thread.thread_id) from error

    async def _settle(
        self, thread_id: str, state: StateSnapshot, snapshot: ThreadSnapshot | None, epoch: int
    ) -> None:
        async with self.database.write() as session:
            thread = await threads.get(session, thread_id, lock=True)
            thread.epoch = max(thread.epoch, epoch)
            await threads.settle(session, thread, error=None, interrupted=bool(state.next))
            await threads.keep_snapshot(session, thread_id, snapshot)

    async def _tell(self, update: RunKey, epoch: int, state: StateSnapshot) -> None:
        """Tell whoever follows the thread of its new state."""
        log = self.broker.open(update, epoch)
        told = {"state": state_json(state), "thread_id": update.thread_id}
        with suppress(Fenced):  # by a run that has begun: it tells of the state itself
            await log.emit("state_update", to_json(told))
            await log.close()

    @asynccontextmanager
    async def _opened(
        self, thread: Thread, reason: AccessContext, config: RunnableConfig
    ) -> AsyncGenerator[AnyGraph | None]:
        """The thread's graph; None when it has none."""
        graph_id: str | None = thread.meta.get("graph_id")
        if graph_id is None:
            yield None
            return
        async with self.catalog.find(graph_id).open(reason, config=config) as graph:
            yield graph


@contextmanager
def _explained() -> Generator[None]:
    """What a graph has against a request, as the caller is told of it."""
    try:
        yield
    except _REFUSALS as error:
        raise BadRequest(str(error), code="invalid_update") from error


def _in_flight(thread_id: str, run_ids: Sequence[str] = ()) -> Conflict:
    which = f": {', '.join(run_ids)}" if run_ids else ""
    return Conflict(
        f"Thread {thread_id} has in-flight runs{which}",
        hint="Wait for their end, or cancel them.",
        code="thread_busy",
    )


def _no_graph(thread_id: str) -> BadRequest:
    return BadRequest(
        f"Thread '{thread_id}' has no assigned graph ID. This usually occurs when no runs have been made on "
        "this particular thread. This operation requires a graph ID. Please ensure a run has been made for "
        "the thread or manually update the thread metadata (by setting the 'graph_id' field) before running "
        "this operation.",
        code="no_graph",
    )
