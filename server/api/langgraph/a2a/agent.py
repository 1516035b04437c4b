"""What an assistant does for other agents."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import orjson

from server.api.following import ended, run_events
from server.api.langgraph.a2a import request
from server.api.langgraph.a2a.task import (
    Object,
    TaskName,
    artifact,
    artifact_update,
    state_of,
    status_update,
    task,
    text_of,
)
from server.api.langgraph.json_rpc import Params, RpcError
from server.db.models import ACTIVE, Run
from server.resources import Resources
from server.runs.catalog import ServedGraph
from server.runs.input_schema import input_schema
from server.runs.job import RunRequest
from server.stream.encoding import to_json
from server.stream.entry import FROM_START
from tools.errors import NotFound

NO_SUCH_TASK = -32001
NOT_CANCELABLE = -32002


class Agent:
    """One assistant."""

    def __init__(self, resources: Resources, graph: ServedGraph) -> None:
        self._resources = resources
        self._graph = graph

    async def send(self, params: Params) -> Object:
        """Let the agent work on a message; its task, once that has ended or asks for something."""
        run, _ = await self._start(params)
        return await self._outcome(await ended(self._resources, run))

    async def stream(self, params: Params) -> AsyncIterator[Object]:
        """Let the agent work on a message and tell how that goes."""
        run, said = await self._start(params)
        name = TaskName(run.thread_id, run.run_id)
        user = {"type": "human", "content": said.text, "id": said.message_id}
        yield task(name, "submitted", values={"messages": [user]})
        async with aclosing(run_events(self._resources, run, after=FROM_START)) as entries:
            texts: dict[str, str] = {}
            async for entry in entries:
                for event in entry.events:
                    if event.name == "messages" and (text := _grown(texts, orjson.loads(event.data)[0])):
                        yield status_update(name, "working", text)
        outcome = await self._outcome(await self._resources.runs.run(run.run_id))
        for result in outcome.get("artifacts", []):
            yield artifact_update(name, result)
        yield name.place | {"kind": "status-update", "status": outcome["status"], "final": True}

    async def get(self, params: Params) -> Object:
        """A task as it stands."""
        run = await self._run(params)
        shown = await self._outcome(run)
        length = params.get("historyLength")
        if isinstance(length, int) and length >= 0:
            shown["history"] = shown["history"][-length:] if length else []
        return shown

    async def cancel(self, params: Params) -> Object:
        """Stop a task; it, once it has stopped."""
        run = await self._run(params)
        if not await self._resources.canceller.cancel(run.run_id):
            raise RpcError(NOT_CANCELABLE, "Task cannot be canceled: it has ended.")
        return await self._outcome(await ended(self._resources, run))

    async def _start(self, params: Params) -> tuple[Run, request.Said]:
        said = request.read(params)
        takes_messages = "messages" in (input_schema(self._graph.graph).get("properties") or {})
        is_asked = await self._is_asked(said.thread_id)
        run = await self._resources.runs.create_run(
            RunRequest(
                assistant_id=self._graph.assistant_id,
                input=None if is_asked else said.input(takes_messages=takes_messages),
                command={"resume": said.answer()} if is_asked else None,
                stream_mode=("messages-tuple",),
                if_not_exists="create",
            ),
            thread_id=said.thread_id,
        )
        return run, said

    async def _is_asked(self, thread_id: str) -> bool:
        """Whether a thread waits for an answer."""
        try:
            thread = await self._resources.runs.thread(thread_id)
        except NotFound:
            return False
        snapshot = await self._resources.states.snapshot(thread) if thread.status == "interrupted" else None
        return snapshot is not None and bool(snapshot.interrupts)

    async def _run(self, params: Params) -> Run:
        try:
            name = TaskName.parse(params.get("id"))
            run = await self._resources.runs.run(name.run_id, thread_id=name.thread_id)
        except (ValueError, NotFound):
            raise RpcError(NO_SUCH_TASK, "Task not found") from None
        if run.assistant_id != self._graph.assistant_id:
            raise RpcError(NO_SUCH_TASK, "Task not found")
        return run

    async def _outcome(self, run: Run) -> Object:
        name = TaskName(run.thread_id, run.run_id)
        values = await self._resources.states.values(run, None)
        if run.error is not None:
            return task(name, "failed", values=values, message=run.error["message"])
        if run.status in ACTIVE:
            return task(name, state_of(run.status, asks=False), values=values)
        output = await self._resources.states.output(run)
        asked: list[Any] = output.get("__interrupt__") or []
        state = state_of(run.status, asks=bool(asked))
        if state == "input-required":
            return task(name, state, values=values, message=_question(asked[0].value))
        shown = task(name, state, values=values)
        return shown | ({"artifacts": [artifact(run.assistant_id, values)]} if state == "completed" else {})


def _grown(texts: dict[str, str], message: dict[str, Any]) -> str:
    """All that the agent has said in a message that has just grown; nothing when it has not."""
    piece = text_of(message["content"])
    if message["type"] not in ("ai", "AIMessageChunk") or not piece:
        return ""
    key = message.get("id") or ""
    texts[key] = texts.get(key, "") + piece
    return texts[key]


def _question(value: Any) -> str:
    return value if isinstance(value, str) else to_json(value).decode()
