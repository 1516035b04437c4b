"""The protocol over a WebSocket, against the capture of the official server."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.conftest import Server
from tests.fixtures.protocol import HELLO, brief, is_end, start, told

Message = dict[str, Any]


@asynccontextmanager
async def connected(server: Server, thread: str, **options: Any) -> AsyncIterator[ClientConnection]:
    url = f"{server.url.replace('http', 'ws', 1)}/threads/{thread}/stream/events"
    async with connect(url, **options) as socket:
        yield socket


async def send(
    socket: ClientConnection, number: int, method: str, **params: Any
) -> tuple[Message, list[Message]]:
    """Send a command; its answer, and the events that came before."""
    await socket.send(json.dumps({"id": number, "method": method, "params": params}))
    events: list[Message] = []
    while True:
        message = json.loads(await socket.recv())
        if message["type"] != "event":
            return message, events
        events.append(message)


async def to_the_end(socket: ClientConnection) -> list[Message]:
    events: list[Message] = []
    while not events or not is_end(events[-1]):
        events.append(json.loads(await socket.recv()))
    return events


async def test_commands_and_events_share_a_connection(project_server: Server) -> None:
    async with connected(project_server, str(uuid4())) as socket:
        channels = ["values", "lifecycle", "messages"]
        subscribed, _ = await send(socket, 1, "subscription.subscribe", channels=channels)
        started, early = await send(socket, 2, "run.start", assistant_id="agent", input=HELLO)
        events = early + await to_the_end(socket)

    subscription = subscribed["result"]["subscription_id"]
    assert subscribed == {
        "type": "success",
        "id": 1,
        "result": {"subscription_id": subscription, "replayed_events": 0},
        "meta": {"applied_through_seq": 0},
    }
    assert started["type"] == "success"
    kinds = [brief(event) for event in events]
    assert (kinds[0], kinds[1], kinds[-1]) == ("lifecycle running", "values", "lifecycle completed")
    assert kinds.count("messages content-block-delta") == 7


async def test_the_events_are_those_of_the_other_transport(
    project_server: Server, project_client: httpx.AsyncClient
) -> None:
    thread, _ = await start(project_client, "protocol_parent", HELLO)
    over_http = await told(project_client, thread, channels=["values", "lifecycle"])

    async with connected(project_server, thread) as socket:
        answer, early = await send(socket, 1, "subscription.subscribe", channels=["values", "lifecycle"])
        events = early if early and is_end(early[-1]) else early + await to_the_end(socket)

    assert answer["result"]["replayed_events"] == len(early)
    assert events == [{k: v for k, v in event.items() if k != "frame"} for event in over_http]


async def test_a_client_that_comes_back_is_told_what_it_missed(project_server: Server) -> None:
    async with connected(project_server, str(uuid4())) as socket:
        await send(socket, 1, "subscription.subscribe", channels=["lifecycle"])
        _, early = await send(socket, 2, "run.start", assistant_id="agent", input=HELLO)
        running, completed = early + await to_the_end(socket)

        answer, missed = await send(
            socket, 3, "subscription.reconnect", channels=["lifecycle"], since=running["seq"]
        )

    assert missed == [completed]
    assert answer["result"]["replayed_events"] == 1
    assert answer["meta"] == {"applied_through_seq": completed["seq"]}


async def test_the_tree_shows_the_run_and_its_subgraphs(project_server: Server) -> None:
    async with connected(project_server, str(uuid4())) as socket:
        await send(socket, 1, "subscription.subscribe", channels=["lifecycle"])
        _, early = await send(socket, 2, "run.start", assistant_id="protocol_parent", input=HELLO)
        events = early + await to_the_end(socket)
        answer, _ = await send(socket, 3, "agent.getTree")

    below = events[1]["params"]["namespace"]
    child = {"namespace": below, "status": "completed", "graph_name": "child"}
    root = {"namespace": [], "status": "completed", "graph_name": "protocol_parent", "children": [child]}
    assert answer["result"] == {"tree": root}


async def test_a_subscription_can_be_given_back(project_server: Server) -> None:
    async with connected(project_server, str(uuid4())) as socket:
        subscribed, _ = await send(socket, 1, "subscription.subscribe", channels=["values"])
        name = subscribed["result"]["subscription_id"]

        first, _ = await send(socket, 2, "subscription.unsubscribe", subscription_id=name)
        again, _ = await send(socket, 3, "subscription.unsubscribe", subscription_id=name)

    assert (first["type"], again["error"]) == ("success", "no_such_subscription")


@pytest.mark.parametrize("text", ["no json", "[]", '{"method": "run.start"}'])
async def test_what_is_no_command_is_answered_and_the_connection_stays(
    project_server: Server, text: str
) -> None:
    async with connected(project_server, str(uuid4())) as socket:
        await socket.send(text)
        answer = json.loads(await socket.recv())
        after, _ = await send(socket, 4, "agent.getTree")

    assert (answer["id"], answer["error"], after["error"]) == (None, "invalid_argument", "no_such_run")


@pytest.mark.parametrize(
    ("thread", "options", "code"),
    [
        ("no-uuid", {}, 4422),
        (str(uuid4()), {"origin": "https://evil.example"}, 4403),
    ],
    ids=["no thread id", "foreign page"],
)
async def test_who_may_not_connect_is_told_not_to_come_back(
    project_server: Server, thread: str, options: dict[str, Any], code: int
) -> None:
    with pytest.raises(ConnectionClosed) as closed:
        async with connected(project_server, thread, **options) as socket:
            await socket.recv()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code
