"""Keeps threads' latest values beside their rows, so that threads can be listed and searched by them."""

import logging
from dataclasses import dataclass
from typing import Any

import orjson
from langchain_core.runnables import RunnableConfig
from langgraph.types import StateSnapshot

from server.db.models import ThreadSnapshot
from server.db.repositories import threads
from server.db.session import Database
from server.db.storable import storable
from server.runs.catalog import GraphCatalog
from server.runs.state_json import interrupt_json
from server.stream.encoding import to_json
from tools.errors import NotFound

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Snapshots:
    """Takes snapshots of threads' states."""

    database: Database
    catalog: GraphCatalog

    async def take(
        self, thread_id: str, graph_id: str, state: StateSnapshot | None = None
    ) -> ThreadSnapshot | None:
        """What a thread holds now; None when there is nothing, or nothing that can be shown.

        A graph whose state cannot be read must not keep its runs from ending.

        Args:
            state: Its state, where that is known already.
        """
        try:
            if state is not None:
                return snapshot_of(thread_id, state)
            config: RunnableConfig = {"configurable": {"thread_id": thread_id}}
            async with self.catalog.find(graph_id).open("threads.read", config=config) as graph:
                return snapshot_of(thread_id, await graph.aget_state(config))
        except Exception:  # a state may fail to load in as many ways as there are graphs
            logger.exception("The values of thread %s cannot be read, and are not kept", thread_id)
            return None

    async def refresh(self, thread_id: str, graph_id: str) -> None:
        """Keep what a thread holds now, if it is still there."""
        taken = await self.take(thread_id, graph_id)
        async with self.database.write() as session:
            try:
                await threads.get(session, thread_id, lock=True)
            except NotFound:
                return
            await threads.keep_snapshot(session, thread_id, taken)

    async def is_kept(self, thread_id: str) -> bool:
        """Whether something is known of a thread's values."""
        async with self.database.read(brief=True) as session:
            return await threads.snapshot(session, thread_id) is not None


def snapshot_of(thread_id: str, state: StateSnapshot) -> ThreadSnapshot | None:
    """A state as it is kept; None before the first checkpoint.

    Raises:
        TypeError: For values that JSON cannot carry.
    """
    if state.created_at is None:
        return None
    interrupts = {t.id: [interrupt_json(it) for it in t.interrupts] for t in state.tasks if t.interrupts}
    kept: dict[str, Any] = storable(orjson.loads(to_json({"values": state.values, "interrupts": interrupts})))
    return ThreadSnapshot(thread_id=thread_id, values=kept["values"], interrupts=kept["interrupts"])
