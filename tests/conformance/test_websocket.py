"""Protocol v2 over a WebSocket: the recorded commands, and the recorded order of what is told."""

import asyncio
import json
import uuid
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.conformance.facts import collapse
from tests.conftest import Server

HELLO = {"messages": [{"role": "user", "content": "hi"}]}


async def told_until(socket: ClientConnection, is_last: Any) -> list[dict[str, Any]]:
    """What comes, up to the last that is waited for."""
    told: list[dict[str, Any]] = []
    async with asyncio.timeout(20):
        async for text in socket:
            told.append(json.loads(text))
            if is_last(told[-1]):
                break
    return told


def is_completed(message: dict[str, Any]) -> bool:
    return message.get("method") == "lifecycle" and message["params"]["data"]["event"] == "completed"


async def send(socket: ClientConnection, number: int, method: str, params: dict[str, Any]) -> None:
    await socket.send(json.dumps({"id": number, "method": method, "params": params}))


async def test_a_run_is_begun_heard_and_heard_again(conformance_server: Server) -> None:
    address = conformance_server.url.replace("http", "ws", 1)
    async with connect(f"{address}/threads/{uuid.uuid4()}/stream/events") as socket:
        await send(socket, 1, "subscription.subscribe", {"channels": ["values", "lifecycle", "messages"]})
        await send(socket, 2, "run.start", {"assistant_id": "agent", "input": HELLO})
        told = await told_until(socket, is_completed)
        await send(socket, 3, "agent.getTree", {})
        (tree,) = await told_until(socket, lambda message: message.get("id") == 3)
        await send(socket, 4, "subscription.reconnect", {"channels": ["lifecycle"], "since": 0})
        again = await told_until(socket, lambda message: message.get("id") == 4)

    kinds = collapse([message.get("method", message["type"]) for message in told])
    assert kinds == ["success", "lifecycle", "values", "messages", "values", "lifecycle"]
    assert tree["result"]["tree"] == {"namespace": [], "status": "completed", "graph_name": "agent"}
    assert [message["params"]["data"]["event"] for message in again[:-1]] == ["running", "completed"]
    assert again[-1]["result"]["replayed_events"] == 2
