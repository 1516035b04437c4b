"""What an assistant does for other agents."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import orjson

from server.api.following import ended, run_events
from server.api.langgraph.a2a import request
from server.api.langgraph.a2a.listing import Listing, token
from server.api.langgraph.a2a.outcome import Outcomes
from server.api.langgraph.a2a.task import (
    Object,
    TaskName,
    artifact_update,
    status,
    status_update,
    task,
    text_of,
    user_message,
)
from server.api.langgraph.a2a.view import View
from server.api.langgraph.json_rpc import Params, RpcError
from server.db.models import ACTIVE, Run
from server.db.repositories import run_list
from server.resources import Resources
from server.runs.assistants import ResolvedAssistant
from server.runs.input_schema import input_schema
from server.runs.job import RunRequest
from server.stream.entry import FROM_START
from server.stream.modes import RecordedMode
from tools.errors import NotFound

NO_SUCH_TASK = -32001
NOT_CANCELABLE = -32002
UNSUPPORTED = -32004


class Agent:
    """One assistant.

    Args:
        scope: How much of a conversation the caller wants to see, as its header says.
    """

    def __init__(self, resources: Resources, assistant: ResolvedAssistant, scope: str | None) -> None:
        self._resources = resources
        self._assistant = assistant
        self._scope = scope
        self._outcomes = Outcomes(resources)

    async def send(self, params: Params) -> Object:
        """Let the agent work on a message; its task, once that has ended or asks for something."""
        settings = request.configuration(params)
        view = View.read(settings, self._scope)
        run, said = await self._start(params, "values")
        if settings.get("blocking") is False or settings.get("returnImmediately") is True:
            return _submitted(run, said)
        return await self._outcomes.of(await ended(self._resources, run), view)

    async def stream(self, params: Params) -> AsyncIterator[Object]:
        """Let the agent work on a message and tell how that goes."""
        run, said = await self._start(params, "messages-tuple")
        yield _submitted(run, said)
        async for news in self._follow(run):
            yield news

    async def subscribe(self, params: Params) -> AsyncIterator[Object]:
        """Tell how a task goes on: it as it stands, then all that it has said and says."""
        run = await self._run(params)
        if run.status not in ACTIVE:
            raise RpcError(UNSUPPORTED, "The task has ended: tasks/get shows it.")
        yield await self._outcomes.of(run, View.read({}, self._scope))
        async for news in self._follow(run):
            yield news

    async def get(self, params: Params) -> Object:
        """A task as it stands."""
        view = View.read(params, self._scope)
        return await self._outcomes.of(await self._run(params), view)

    async def list(self, params: Params) -> Object:
        """One page of the agent's tasks, those that changed last first."""
        view = View.read(params, self._scope, with_artifacts=params.get("includeArtifacts") is True)
        listing = Listing.read(self._assistant.assistant_id, params)
        size = listing.page_size
        async with self._resources.database.read() as session:
            found = await run_list.last_changed(session, listing.wanted, limit=size + 1, after=listing.after)
            total = await run_list.count(session, listing.wanted)
        return {
            "tasks": [await self._outcomes.of(run, view) for run in found[:size]],
            "nextPageToken": token(found[size - 1]) if len(found) > size else "",
            "pageSize": size,
            "totalSize": total,
        }

    async def cancel(self, params: Params) -> Object:
        """Stop a task; it, once it has stopped."""
        run = await self._run(params)
        if not await self._resources.canceller.cancel(run.run_id):
            raise RpcError(NOT_CANCELABLE, "Task cannot be canceled: it has ended.")
        return await self._outcomes.of(await ended(self._resources, run), View.read({}, self._scope))

    async def _start(self, params: Params, mode: RecordedMode) -> tuple[Run, request.Said]:
        said = request.read(params)
        is_asked = await self._is_asked(said.thread_id)
        run = await self._resources.runs.create_run(
            RunRequest(
                assistant_id=self._assistant.assistant_id,
                input=None if is_asked else said.input(takes_messages=await self._takes_messages()),
                command={"resume": said.answer()} if is_asked else None,
                stream_mode=(mode,),
                if_not_exists="create",
            ),
            thread_id=said.thread_id,
        )
        return run, said

    async def _takes_messages(self) -> bool:
        async with self._resources.catalog.find(self._assistant.graph_id).open("assistants.read") as graph:
            return "messages" in (input_schema(graph).get("properties") or {})

    async def _is_asked(self, thread_id: str) -> bool:
        """Whether a thread waits for an answer."""
        try:
            thread = await self._resources.runs.thread(thread_id)
        except NotFound:
            return False
        snapshot = await self._resources.states.snapshot(thread) if thread.status == "interrupted" else None
        return snapshot is not None and bool(snapshot.interrupts)

    async def _follow(self, run: Run) -> AsyncIterator[Object]:
        """What a task says as it grows, its result, and its last state."""
        name = TaskName(run.thread_id, run.run_id)
        async with aclosing(run_events(self._resources, run, after=FROM_START)) as entries:
            texts: dict[str, str] = {}
            async for entry in entries:
                for event in entry.events:
                    if event.name == "messages" and (text := _grown(texts, orjson.loads(event.data)[0])):
                        yield status_update(name, "working", text)
        run = await self._resources.runs.run(run.run_id)
        outcome = await self._outcomes.of(run, View(history_length=0))
        for result in outcome.get("artifacts", []):
            yield artifact_update(name, result)
        yield name.place | {"kind": "status-update", "status": outcome["status"], "final": True}

    async def _run(self, params: Params) -> Run:
        try:
            name = TaskName.parse(params.get("id"))
            run = await self._resources.runs.run(name.run_id, thread_id=name.thread_id)
        except (ValueError, NotFound):
            raise RpcError(NO_SUCH_TASK, "Task not found") from None
        if run.assistant_id != self._assistant.assistant_id:
            raise RpcError(NO_SUCH_TASK, "Task not found")
        return run


def _submitted(run: Run, said: request.Said) -> Object:
    """A task that has just been taken."""
    name = TaskName(run.thread_id, run.run_id)
    message = [user_message(name, said.text, said.message_id)] if said.has_text else []
    return task(name, message, status(name, "submitted"))


def _grown(texts: dict[str, str], message: dict[str, Any]) -> str:
    """All that the agent has said in a message that has just grown; nothing when it has not."""
    piece = text_of(message["content"])
    if message["type"] not in ("ai", "AIMessageChunk") or not piece:
        return ""
    key = message.get("id") or ""
    texts[key] = texts.get(key, "") + piece
    return texts[key]
