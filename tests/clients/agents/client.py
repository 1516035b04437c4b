"""The official clients of MCP and A2A before the service: ``python client.py URL``, in their own environment.

Prints a line of JSON for every check: its name, and the error with which it failed, or null.
"""

import asyncio
import json
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import mcp
from a2a.client import A2ACardResolver, Client, ClientConfig, ClientFactory
from a2a.client.errors import A2AClientError
from a2a.types import a2a_pb2 as a2a
from a2a.utils.errors import A2AError
from google.protobuf.json_format import ParseDict

HELLO = "Hello from fake model"
CHECKS: list[tuple[str, Callable[[], Awaitable[None]]]] = []


def check(name: str) -> Callable[[Callable[[], Awaitable[None]]], None]:
    return lambda call: CHECKS.append((name, call))


@check("mcp: a session is initialized and lists every assistant")
async def _() -> None:
    async with mcp.Client(f"{URL}/mcp") as client:
        tools = (await client.list_tools()).tools
        assert {"agent", "hitl", "slow", "parent", "echo"} <= {tool.name for tool in tools}


@check("mcp: a call runs an assistant")
async def _() -> None:
    async with mcp.Client(f"{URL}/mcp") as client:
        result = await client.call_tool("agent", {"messages": "hi"})
        assert not result.is_error
        assert HELLO in result.content[0].text


@check("mcp: a failure is a result")
async def _() -> None:
    async with mcp.Client(f"{URL}/mcp") as client:
        result = await client.call_tool("agent", {"messages": "hi", "fail": True})
        assert result.is_error
        assert "boom from node" in result.content[0].text


@check("a2a: a message is answered")
async def _() -> None:
    async with agent("agent") as client:
        task = await send(client, text("hi"))
        assert task.status.state == a2a.TASK_STATE_COMPLETED
        assert task.artifacts[0].parts[0].text == HELLO


@check("a2a: a message is streamed")
async def _() -> None:
    async with agent("agent", streaming=True) as client:
        kinds = [one.WhichOneof("payload") async for one in client.send_message(request(text("hi")))]
        assert kinds == ["task", *["status_update"] * 7, "artifact_update", "status_update"]


@check("a2a: a task is looked up and listed")
async def _() -> None:
    async with agent("agent") as client:
        task = await send(client, text("hi"))
        found = await client.get_task(a2a.GetTaskRequest(id=task.id, history_length=1))
        listed = await client.list_tasks(a2a.ListTasksRequest(context_id=task.context_id))
        assert len(found.history) == 1
        assert [one.id for one in listed.tasks] == [task.id]
        assert (listed.total_size, listed.next_page_token) == (1, "")


@check("a2a: a task is followed and cancelled")
async def _() -> None:
    async with agent("slow", polling=True, streaming=True) as client:
        parts = [ParseDict({"data": {"sleep": 50}}, a2a.Part())]
        wish = a2a.SendMessageRequest(message=message(parts))
        wish.configuration.return_immediately = True
        async with agent("slow", polling=True) as caller:
            [begun] = [one.task async for one in caller.send_message(wish)]
            followed = client.subscribe(a2a.SubscribeToTaskRequest(id=begun.id))
            first = await anext(followed)
            cancelled = await caller.cancel_task(a2a.CancelTaskRequest(id=begun.id))
            rest = [one.WhichOneof("payload") async for one in followed]
        assert first.task.id == begun.id
        assert cancelled.status.state == a2a.TASK_STATE_CANCELED
        assert rest == ["status_update"]


@check("a2a: a question is answered in its context")
async def _() -> None:
    async with agent("hitl") as client:
        asked = await send(client, message([ParseDict({"data": {"steps": []}}, a2a.Part())]))
        answered = await send(client, text("yes", context_id=asked.context_id))
        assert asked.status.state == a2a.TASK_STATE_INPUT_REQUIRED
        assert answered.status.state == a2a.TASK_STATE_COMPLETED


@check("a2a: what is not there is refused")
async def _() -> None:
    async with agent("agent") as client:
        for call in (
            client.get_task(a2a.GetTaskRequest(id=f"{uuid4()}:{uuid4()}")),
            client.create_task_push_notification_config(
                a2a.TaskPushNotificationConfig(task_id="x", url="http://x")
            ),
        ):
            try:
                await call
            except (A2AError, A2AClientError):
                continue
            raise AssertionError("no error")


@asynccontextmanager
async def agent(graph: str, **config: Any) -> AsyncIterator[Client]:
    """A client that has read the card of a graph's assistant."""
    async with httpx.AsyncClient(timeout=30) as http:
        found = (await http.post(f"{URL}/assistants/search", json={"graph_id": graph})).json()
        address = f"{URL}/a2a/{found[-1]['assistant_id']}"
        card = await A2ACardResolver(http, address).get_agent_card()
        yield ClientFactory(ClientConfig(httpx_client=http, **{"streaming": False} | config)).create(card)


async def send(client: Client, said: a2a.Message) -> a2a.Task:
    """The task of a message."""
    [answer] = [one async for one in client.send_message(request(said))]
    return answer.task


def request(said: a2a.Message) -> a2a.SendMessageRequest:
    return a2a.SendMessageRequest(message=said)


def text(said: str, **fields: Any) -> a2a.Message:
    return message([a2a.Part(text=said)], **fields)


def message(parts: list[a2a.Part], **fields: Any) -> a2a.Message:
    return a2a.Message(role=a2a.ROLE_USER, parts=parts, message_id=str(uuid4()), **fields)


async def main() -> None:
    for name, call in CHECKS:
        error = None
        try:
            await asyncio.wait_for(call(), timeout=30)
        except Exception:  # noqa: BLE001 - a check may fail in any way; the test shows how
            error = traceback.format_exc()
        sys.stdout.write(json.dumps({"name": name, "error": error}) + "\n")


if __name__ == "__main__":
    URL = sys.argv[1]
    asyncio.run(main())
