"""Accepts, finds, cancels and removes threads and runs.

A run that is accepted on a busy thread may put an end to those before it. Its row and the word to the others
are committed together, so whatever happens afterwards the run has its turn and they do not go on.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from langchain_core.utils.uuid import uuid7
from sqlmodel.ext.asyncio.session import AsyncSession

from server import access, tracing
from server.db.models import ACTIVE, Run, Thread, now
from server.db.repositories import removals, runs, threads
from server.db.session import Database
from server.files.library import FileLibrary
from server.files.owned import OwnedStorage
from server.keys import RunKey
from server.runs.assistants import Assistants, ResolvedAssistant
from server.runs.cancelling import Canceller
from server.runs.catalog import GraphCatalog
from server.runs.configuration import chosen_models, configure
from server.runs.dispatch import Dispatcher
from server.runs.fair_queue import Place
from server.runs.job import RunRequest
from server.runs.leases import Leases
from tools.errors import Conflict, NotFound
from tools.llm.roles import RoleSettings
from tools.storage.base import bind


@dataclass(frozen=True, kw_only=True)
class RunService:
    """The life of threads and runs up to the queue, and what can be asked of them afterwards."""

    database: Database
    dispatcher: Dispatcher
    leases: Leases
    canceller: Canceller
    catalog: GraphCatalog
    files: FileLibrary
    roles: RoleSettings

    async def create_thread(
        self,
        *,
        thread_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        keep_existing: bool = False,
    ) -> Thread:
        """Create a thread; raises Conflict when its id is taken."""
        thread = Thread(thread_id=thread_id or str(uuid7()), meta=metadata or {})
        async with self.database.write(brief=True) as session:
            await removals.refuse(session, thread.thread_id)
            return await threads.add(session, thread, keep_existing=keep_existing)

    async def thread(self, thread_id: str) -> Thread:
        """A thread's row."""
        async with self.database.read(brief=True) as session:
            return await threads.get(session, thread_id)

    async def run(self, run_id: str, *, thread_id: str | None = None) -> Run:
        """A run's row."""
        async with self.database.read(brief=True) as session:
            return await runs.get(session, run_id, thread_id=thread_id)

    async def is_finished(self, run_id: str) -> bool:
        """Whether a run's terminal status is committed, or the run is gone."""
        try:
            return (await self.run(run_id)).status not in ACTIVE
        except NotFound:
            return True

    @property
    def assistants(self) -> Assistants:
        """What runs may be asked of."""
        return Assistants(database=self.database, catalog=self.catalog)

    async def check(self, request: RunRequest, *, goes_on: bool = False) -> ResolvedAssistant:
        """The assistant of a run; raises ServiceError when it, its models or the input forbid the run.

        Args:
            goes_on: Its thread exists; without an input it then goes on from where the thread stands.
        """
        assistant = await self.assistants.resolve(request.assistant_id)
        served = self.catalog.find(assistant.graph_id)
        self.roles.chosen(chosen_models(assistant, request, await served.source.get()))
        brings_input = request.command is None and not (goes_on and request.input is None)
        if served.check_input and brings_input:
            storage = OwnedStorage(
                files=self.files,
                owner=access.identity() or request.owner,
                reader=access.reader(request.user),
            )
            with bind(storage):
                await served.check_input(request.input)
        return assistant

    async def create_run(
        self,
        request: RunRequest,
        *,
        thread_id: str | None = None,
        contract: str | None = None,
        run_id: str | None = None,
        together_with: Callable[[AsyncSession], Awaitable[None]] | None = None,
    ) -> Run:
        """Accept a run: once this returns, it will end, whatever happens to this process.

        Args:
            thread_id: The thread to run on; None for one of its own.
            contract: The old system's contract that it was accepted under.
            run_id: Its id; when there is such a run already, that one is returned and nothing is created.
            together_with: What is committed with the run, or not at all; whatever it raises is passed on.

        Raises:
            ServiceError: When the input, the assistant or the thread does not allow the run, or too many wait
                already; nothing is kept.
        """
        await self.dispatcher.fair_queue.check_room()
        if (asking := access.current()) is not None:
            metadata = access.stamped(request.metadata)
            request = replace(request, user=access.kept(asking.user), metadata=metadata)
        assistant = await self.check(request, goes_on=thread_id is not None)
        graph = await self.catalog.find(assistant.graph_id).source.get()
        run = self._new_run(request, assistant, thread_id or str(uuid7()))
        run.run_id, run.contract = run_id or run.run_id, contract
        async with self.database.write(brief=True) as session:
            if together_with is not None:
                await together_with(session)
            if run_id is not None and (existing := await session.get(Run, run_id)):
                return existing
            thread = await self._thread_for(session, run, request, known=thread_id is not None)
            earlier = await runs.active_of_thread(session, thread.thread_id)
            displaced = _displace(earlier, request)
            configure(run, request, assistant=assistant, thread=thread, graph=graph)
            _claim_thread(thread, run, request)
            session.add_all((thread, run, *displaced))
        await self._let_in(run, earlier)
        await self._stop(displaced)
        return run

    async def enter(self, run_id: str) -> None:
        """Let a run that was asked for later wait for its turn, now that its time has come."""
        async with self.database.read() as session:
            run = await session.get(Run, run_id)
            if run is None or run.status != "pending":
                return
            first = await runs.next_of_thread(session, run.thread_id, moment=max(now(), run.created_at))
        if first is not None:
            await self.dispatcher.enqueue(first)

    async def place(self, run: Run) -> Place | None:
        """Where a run stands in the queue; None when it does not wait there."""
        return await self.dispatcher.fair_queue.place(run.run_id)

    async def recover(self) -> int:
        """Queue again what a lost tail of Redis left behind; returns how many runs are first in their thread.

        Every accepted run that is first in its thread waits or is active, and nothing else is. Workers are
        told once more of the runs that they shall stop.
        """
        async with self.database.read() as session:
            first = await runs.first_of_threads(session)
            stopping = await runs.stopping(session)
        for run in stopping:
            await self.leases.request_stop(
                RunKey(run.thread_id, run.run_id), run.cancel_action or "interrupt"
            )
        await self.dispatcher.enqueue(*first)
        known = {run.run_id for run in first}
        ended = [key.run_id for key in await self.dispatcher.fair_queue.active() if key.run_id not in known]
        await self.dispatcher.submit(ended)
        return len(first)

    async def adopt_orphans(self) -> int:
        """Hand to the engine what is active but held by no worker; returns how many runs.

        The engine does nothing about what it has already.
        """
        orphans = await self.leases.unheld(await self.dispatcher.fair_queue.active())
        await self.dispatcher.submit([key.run_id for key in orphans])
        return len(orphans)

    async def _let_in(self, run: Run, earlier: Sequence[Run]) -> None:
        """Let an accepted run wait for its turn, from its time on and when no other run comes first."""
        moment = now()
        if run.created_at > moment:
            await self.dispatcher.queue.submit_entry(run.run_id, run.created_at)
        elif not any(other.status == "running" or other.created_at <= moment for other in earlier):
            await self.dispatcher.enqueue(run)

    async def _stop(self, displaced: Sequence[Run]) -> None:
        for run in displaced:
            with suppress(NotFound):  # it was rolled back meanwhile
                await self.canceller.cancel(run.run_id, run.cancel_action or "interrupt")

    def _new_run(self, request: RunRequest, assistant: ResolvedAssistant, thread_id: str) -> Run:
        return Run(
            run_id=str(uuid7()),
            thread_id=thread_id,
            assistant_id=assistant.assistant_id,
            graph_id=assistant.graph_id,
            created_at=now() + timedelta(seconds=request.after_seconds),
            kwargs=request.kwargs() | tracing.carried(),
            multitask_strategy=request.multitask_strategy,
            owner=access.identity() or request.owner,
            priority=request.priority,
        )

    async def _thread_for(self, session: Any, run: Run, request: RunRequest, *, known: bool) -> Thread:
        if known and request.if_not_exists == "reject":
            return await threads.get(session, run.thread_id, lock=True)
        if known:
            await removals.refuse(session, run.thread_id)
        thread = Thread(thread_id=run.thread_id, meta=request.metadata)
        return await threads.add(session, thread, keep_existing=known)


def _displace(earlier: Sequence[Run], request: RunRequest) -> Sequence[Run]:
    """Give the unfinished runs of a thread word to stop, if that is what the new one's strategy says.

    Raises:
        Conflict: The strategy is to be accepted on an idle thread only.
    """
    if not earlier or request.multitask_strategy == "enqueue":
        return ()
    if request.multitask_strategy == "reject":
        raise Conflict(
            "Thread is already running a task. Wait for it to finish or choose a different "
            "multitask strategy.",
            code="thread_busy",
        )
    for run in earlier:
        if run.cancel_action != "rollback":
            run.cancel_action = request.multitask_strategy
    return earlier


def _claim_thread(thread: Thread, run: Run, request: RunRequest) -> None:
    """Mark a thread as busy with this run."""
    thread.meta = thread.meta | {"graph_id": run.graph_id, "assistant_id": run.assistant_id}
    thread.config = {**thread.config, **request.config, "configurable": {}}
    thread.status = "busy"
    thread.updated_at = now()
