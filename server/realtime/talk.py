"""Runs the dialogue graph on a session's thread, in this process: a queue between would be heard as a pause.

Everything else is as for any run: the thread's lease, so that nobody else's checkpoints mix with these, the
models that the settings choose, and the account of who asks.
"""

import gc
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langchain_core.utils.uuid import uuid7

from server import access
from server.checkpoint import AsyncRedisSaver
from server.db.models import Run
from server.keys import RunKey
from server.lua import UNANSWERED
from server.models.ledger import RunAccounts
from server.realtime.turn_saver import TurnSaver
from server.runs.catalog import GraphCatalog
from server.runs.leases import LeaseHeld, Leases
from server.runs.taking import thread_taken
from tools.cancellation import completed
from tools.errors import Conflict, ServiceError
from tools.llm import spending
from tools.llm.chat_models import ChatModels
from tools.llm.chat_models import bind as bind_models

GRAPH = "dialogue"
AFTER_TAKING = 2  # values that have come: the input, and what the graph's first node made of it
REQUEST_SECONDS = 0.02  # in which a request to a model has left
OnEvent = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A session's thread, taken for its next run."""

    run: Run
    config: RunnableConfig
    saver: TurnSaver
    graph: Any  #: Compiled, and writing under the lease.


@dataclass(frozen=True, kw_only=True)
class Talks:
    """Runs the graph.

    Args:
        process: Who has a thread, for people to read.
        accounts: Who pays for the model calls.
    """

    catalog: GraphCatalog
    checkpointer: AsyncRedisSaver
    leases: Leases
    models: ChatModels
    accounts: RunAccounts
    process: str

    async def run(
        self,
        session_id: str,
        request: Mapping[str, Any],
        on_event: OnEvent,
        *,
        floor: Floor | None = None,
    ) -> dict[str, Any]:
        """Bring one input to its end; the graph's output.

        It may be cancelled; what the graph has taken note of is kept then, see graphs/dialogue/state.py.

        Args:
            on_event: Told each of the graph's own events, and ``{"type": "taken", "conversation"}`` once
                the graph has taken note of the input, which is stored soon after.
            floor: Where the thread is taken already: for one run.

        Raises:
            Conflict: A run of somebody else's has the thread.
            ServiceError: The graph refused the input.
        """
        if floor is not None:
            return await self._stream(floor, request, on_event)
        try:
            async with self._floor(session_id) as floor:
                return await self._stream(floor, request, on_event)
        except LeaseHeld:
            raise Conflict(
                "another run has this conversation's thread",
                hint="Wait for it to end, or cancel it, and ask again.",
                code="thread_busy",
            ) from None

    @asynccontextmanager
    async def floor_ahead(self, session_id: str) -> AsyncGenerator[Floor | None]:
        """Take the thread before there is an input, which then waits for less.

        None where that cannot be: the run takes it, or says why not.
        """
        async with AsyncExitStack() as stack:
            floor = None
            with suppress(LeaseHeld, ServiceError, *UNANSWERED):
                floor = await stack.enter_async_context(self._floor(session_id))
                await floor.saver.read_ahead(floor.config)
            yield floor
            with suppress(*UNANSWERED):  # the lease lapses
                await stack.aclose()

    async def warm(self) -> None:
        """Open what the first reply needs: it takes half a second, and nobody waits for it now."""
        choice = self.models.choice("fast")
        if choice is not None:
            with suppress(ServiceError):  # who asks for replies is told
                await self.models.clients.chat(choice)
        gc.freeze()  # what was loaded just now would be looked through in every full collection, for 50 ms

    async def conversation(self, session_id: str) -> dict[str, Any]:
        """What the graph has kept of a conversation; empty before its first run."""
        config: RunnableConfig = {"configurable": {"thread_id": session_id, **access.configurable()}}
        async with self.catalog.find(GRAPH).open("threads.read", config=config) as graph:
            values: dict[str, Any] = (await graph.aget_state(config)).values
        return values.get("conversation", {})

    @asynccontextmanager
    async def _floor(self, session_id: str) -> AsyncGenerator[Floor]:
        run = Run(
            run_id=str(uuid7()),
            thread_id=session_id,
            assistant_id=self.catalog.find(GRAPH).assistant_id,
            graph_id=GRAPH,
            owner=access.identity() or "local",
            kwargs={"config": {"configurable": {}}},
        )
        key, config = RunKey(run.thread_id, run.run_id), _config(run)
        async with (
            thread_taken(self.leases, self.checkpointer, key, worker=self.process) as lease,
            self.catalog.find(GRAPH).open("threads.create_run", config=config) as opened,
        ):
            saver = TurnSaver.of(self.checkpointer.holding(run.thread_id, lease.epoch))
            graph = opened.copy(update={"checkpointer": saver})
            yield Floor(run=run, config=config, saver=saver, graph=graph)

    async def _stream(self, floor: Floor, request: Mapping[str, Any], on_event: OnEvent) -> dict[str, Any]:
        account = self.accounts.of(floor.run)
        if request.get("want"):
            floor.saver.step_back(REQUEST_SECONDS)
        result: dict[str, Any] = {}
        try:
            with bind_models(self.models), spending.bind(account):
                parts = floor.graph.astream(dict(request), floor.config, stream_mode=["custom", "values"])
                steps = 0
                async for mode, payload in parts:
                    if mode == "custom":
                        on_event(payload)
                        continue
                    result, steps = payload, steps + 1
                    if steps == AFTER_TAKING:
                        on_event({"type": "taken", "conversation": payload.get("conversation")})
        finally:
            await completed(self.accounts.ledger.close(account.payer))
        return result


def _config(run: Run) -> RunnableConfig:
    known = access.configurable()
    if user := known.get("langgraph_auth_user"):
        known["langgraph_auth_user"] = access.User(user)
    configurable = {
        "thread_id": run.thread_id,
        "run_id": run.run_id,
        "graph_id": run.graph_id,
        "assistant_id": run.assistant_id,
        **known,
    }
    metadata = {"graph_id": run.graph_id, "run_id": run.run_id, "thread_id": run.thread_id}
    return cast("RunnableConfig", {"configurable": configurable, "metadata": metadata})
