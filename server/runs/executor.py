"""Executes one run: claims it, streams its graph into its event log, and commits how it ended.

The order at the end is fixed: the terminal status is committed, then the log is closed, then the webhook
is queued and the thread's next run begins. A worker that dies in between leaves a run that the next worker
takes up from its last checkpoint.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, Send, StreamMode

from server.db.models import ACTIVE, Run, RunStatus, now
from server.db.repositories import deliveries, runs, threads
from server.db.session import Database
from server.runs.catalog import AnyGraph, GraphCatalog
from server.runs.files import RunStorage
from server.runs.queue import RunQueue
from server.stream.broker import EventBroker
from server.stream.encoding import to_json
from server.stream.modes import EventNamer, graph_modes
from tools.errors import ServiceError
from tools.llm.chat_models import ChatModels
from tools.llm.chat_models import bind as bind_models
from tools.storage.base import Storage
from tools.storage.base import bind as bind_storage

logger = logging.getLogger(__name__)

Failure = dict[str, str]

KEEP_TEMPORARY = timedelta(minutes=10)  # time for the caller of a stateless run to fetch its result


@dataclass(frozen=True, kw_only=True)
class RunExecutor:
    """Runs graphs in this process."""

    database: Database
    queue: RunQueue
    broker: EventBroker
    catalog: GraphCatalog
    storage: Storage
    models: ChatModels
    timeout: timedelta
    keep_results: timedelta  #: How long runs of an old contract are kept after their end.
    _active: dict[str, asyncio.Task[Any]] = field(default_factory=dict[str, "asyncio.Task[Any]"])

    async def execute(self, run_id: str) -> None:
        """Bring a run to its end. A run that has ended already is only tidied up."""
        run = await self._claim(run_id)
        if run is not None:
            streaming = asyncio.create_task(self._stream(run))
            self._active[run_id] = streaming
            try:
                status, failure, interrupted = await streaming
            except asyncio.CancelledError:
                if _is_cancelling():
                    raise
                if not await self._is_cancelled(run_id):
                    return  # this worker stops; the run waits for the next one
                status, failure, interrupted = "interrupted", None, False
            finally:
                del self._active[run_id]
            await self._finish(run, status, failure, interrupted=interrupted)
        await self._tidy(run_id)

    async def stop(self) -> None:
        """Leave every run under way where it is; its next worker goes on from the last checkpoint."""
        under_way = list(self._active.values())
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.wait(under_way)

    async def cancel(self, run_id: str) -> None:
        """Stop a run for good: at once if it runs here, else before it starts."""
        async with self.database.write() as session:
            run = await runs.get(session, run_id, lock=True)
            run.cancel_action = "interrupt"
        if task := self._active.get(run_id):
            task.cancel()
        else:
            await self.execute(run_id)

    async def _claim(self, run_id: str) -> Run | None:
        """Mark a run as running; None when it has nothing left to do."""
        async with self.database.write() as session:
            run = await runs.get(session, run_id, lock=True)
            if run.status not in ACTIVE:
                return None
            run.status = "running"
            run.attempt += 1
            run.started_at = run.started_at or now()
            run.updated_at = now()
            return run

    async def _stream(self, run: Run) -> tuple[RunStatus, Failure | None, bool]:
        """Stream the graph; returns how it ended, why it failed, and whether it waits for an answer."""
        await self._publish(run, "metadata", {"run_id": run.run_id, "attempt": run.attempt})
        if await self._is_cancelled(run.run_id):
            return "interrupted", None, False
        graph = self.catalog.find(run.graph_id).graph
        config = _config(run)
        limit = asyncio.timeout(self.timeout.total_seconds())
        try:
            # Callers under an old contract cannot fetch files, so none are made for them.
            files = bind_storage(self._files_of(run)) if run.contract is None else nullcontext()
            async with limit:
                with files, bind_models(self.models):
                    await self._stream_graph(run, graph, config)
            state = await graph.aget_state(config)
        except Exception as error:  # noqa: BLE001 - a node may raise anything; it becomes the run's error
            status, failure = self._judge(run, error, is_late=limit.expired())
            await self._publish(run, "error", failure)
            return status, failure, False
        return "success", None, bool(state.next)

    def _files_of(self, run: Run) -> Storage:
        return RunStorage(storage=self.storage, database=self.database, run_id=run.run_id)

    def _judge(self, run: Run, error: Exception, *, is_late: bool) -> tuple[RunStatus, Failure]:
        """What an exception makes of a run."""
        if is_late:
            return "timeout", {"error": "RunTimeout", "message": f"The run took longer than {self.timeout}."}
        logger.warning("Run %s failed: %s", run.run_id, type(error).__name__, exc_info=_unexplained(error))
        return "error", _explain(error)

    async def _stream_graph(self, run: Run, graph: AnyGraph, config: RunnableConfig) -> None:
        kwargs = run.kwargs
        wanted = kwargs["stream_mode"]
        namer = EventNamer(wanted)
        parts: AsyncIterator[tuple[tuple[str, ...], StreamMode, Any]] = cast("Any", graph).astream(
            await _input(run, graph, config),
            config,
            context=kwargs["context"] or None,
            stream_mode=graph_modes(wanted),
            output_keys=graph.output_channels,
            interrupt_before=kwargs["interrupt_before"],
            interrupt_after=kwargs["interrupt_after"],
            durability=kwargs["durability"],
            subgraphs=True,
        )
        async for namespace, mode, payload in parts:
            if namespace and not kwargs["subgraphs"]:
                continue
            for name, event in namer.name(namespace, mode, payload):
                await self._publish(run, name, event)

    async def _publish(self, run: Run, name: str, payload: object) -> None:
        await self.broker.publish(run.run_id, name, to_json(payload))

    async def _finish(
        self, run: Run, status: RunStatus, failure: Failure | None, *, interrupted: bool
    ) -> None:
        async with self.database.write() as session:
            thread = await threads.get(session, run.thread_id, lock=True)
            run = await runs.get(session, run.run_id, lock=True)
            run.status, run.error = status, failure
            run.ended_at = run.updated_at = now()
            run.expires_at = self._expiry(run)
            await deliveries.add(session, run)
            await session.flush()
            await threads.settle(session, thread, error=failure, interrupted=interrupted)
        logger.info("Run %s of %s ended: %s", run.run_id, run.graph_id, status)

    def _expiry(self, run: Run) -> datetime | None:
        if run.contract is not None:
            return now() + self.keep_results
        return now() + KEEP_TEMPORARY if run.kwargs["temporary"] else None

    async def _tidy(self, run_id: str) -> None:
        """What follows a run's end; every step may be repeated."""
        await self.broker.end(run_id)
        async with self.database.read() as session:
            run = await runs.get(session, run_id)
            following = await runs.next_of_thread(session, run.thread_id)
        if run.kwargs["webhook"]:
            await self.queue.submit_delivery(run_id, attempt=1)
        if following is not None:
            await self.queue.submit(following.run_id)

    async def _is_cancelled(self, run_id: str) -> bool:
        async with self.database.read() as session:
            return (await runs.get(session, run_id)).cancel_action is not None


def _config(run: Run) -> RunnableConfig:
    given = run.kwargs["config"]
    metadata = run.meta | {"run_id": run.run_id, "thread_id": run.thread_id, "run_attempt": run.attempt}
    ours = {
        "thread_id": run.thread_id,
        "run_id": run.run_id,
        "graph_id": run.graph_id,
        "assistant_id": run.assistant_id,
    }
    return cast(
        "RunnableConfig", given | {"configurable": given["configurable"] | ours, "metadata": metadata}
    )


def _is_cancelling() -> bool:
    """Whether the task itself, and not only what it waits for, is being cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _input(run: Run, graph: AnyGraph, config: RunnableConfig) -> Any:
    """What to start the graph with: nothing, when an earlier attempt has already left a checkpoint."""
    if run.attempt > 1:
        state = await graph.aget_state(config)
        if (state.metadata or {}).get("run_id") == run.run_id:
            return None
    command = run.kwargs["command"]
    return run.kwargs["input"] if command is None else _command(command)


def _command(command: dict[str, Any]) -> Command[Any]:
    goto: Any = command.get("goto") or []
    targets = cast("list[Any]", goto) if isinstance(goto, list) else [goto]
    return Command(
        update=command.get("update"), resume=command.get("resume"), goto=[_target(t) for t in targets]
    )


def _target(target: str | dict[str, Any]) -> Send | str:
    return target if isinstance(target, str) else Send(target["node"], target["input"])


def _explain(error: Exception) -> Failure:
    if isinstance(error, ServiceError):
        explained = {"error": type(error).__name__, "message": error.message, "code": error.code}
        return explained | ({"hint": error.hint} if error.hint else {})
    return {"error": type(error).__name__, "message": str(error)}


def _unexplained(error: Exception) -> Exception | None:
    """The error, if its traceback helps; a ServiceError says all by itself."""
    return None if isinstance(error, ServiceError) else error
