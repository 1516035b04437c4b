"""The SDK's thread streams: protocol v2, over server-sent events and over a WebSocket."""

from collections.abc import AsyncIterator

import pytest
from langgraph_sdk import get_client, get_sync_client
from langgraph_sdk.client import LangGraphClient

from tests.clients.python.calls import HELLO
from tests.conftest import Server

TRANSPORTS = pytest.mark.parametrize("transport", ["sse", "websocket"])


@pytest.fixture
async def client(conformance_server: Server) -> AsyncIterator[LangGraphClient]:
    async with get_client(url=conformance_server.url) as client:
        yield client


@TRANSPORTS
async def test_a_run_gives_its_states_and_its_output(client: LangGraphClient, transport: str) -> None:
    async with client.threads.stream(assistant_id="agent", transport=transport) as thread:
        await thread.run.start(input=HELLO)
        values = [value async for value in thread.values]
        output = await thread.output

    assert values[-1]["steps"] == output["steps"] == ["model", "after"]


@TRANSPORTS
async def test_a_models_words_come_one_by_one(client: LangGraphClient, transport: str) -> None:
    async with client.threads.stream(assistant_id="agent", transport=transport) as thread:
        await thread.run.start(input=HELLO)
        (message,) = [message async for message in thread.messages]
        words = [word async for word in message.text]

    assert words == ["Hello", " ", "from", " ", "fake", " ", "model"]


@TRANSPORTS
async def test_a_subgraph_is_announced(client: LangGraphClient, transport: str) -> None:
    async with client.threads.stream(assistant_id="parent", transport=transport) as thread:
        await thread.run.start(input=HELLO)
        names = [handle.graph_name async for handle in thread.subgraphs]

    assert names == ["child"]


@TRANSPORTS
async def test_a_question_is_seen_and_answered(client: LangGraphClient, transport: str) -> None:
    async with client.threads.stream(assistant_id="hitl", transport=transport) as thread:
        await thread.run.start(input={"steps": ["s0"]})
        async for _ in thread.values:
            pass
        assert thread.interrupted
        await thread.run.respond("yes")
        answers = [value.get("answer") async for value in thread.values]

    assert answers[-1] == "yes"


async def test_a_stream_that_comes_late_hears_everything(client: LangGraphClient) -> None:
    thread_id = (await client.threads.create())["thread_id"]
    async with client.threads.stream(thread_id, assistant_id="agent") as thread:
        await thread.run.start(input=HELLO)
        await thread.output

    async with client.threads.stream(thread_id, assistant_id="agent") as thread:
        told: list[str] = []
        async for event in thread.events:
            told.append(event["method"])
            if told[-1] == "lifecycle" and event["params"]["data"]["event"] == "completed":
                break

    assert told[0] == "lifecycle"
    assert "values" in told


async def test_a_graphs_tree_is_drawn(client: LangGraphClient) -> None:
    async with client.threads.stream(assistant_id="parent") as thread:
        tree = await thread.agent.get_tree(xray=True)

    assert "child:sub_node" in {node["id"] for node in tree["nodes"]}


def test_the_client_that_waits_streams_a_thread_too(conformance_server: Server) -> None:
    with (
        get_sync_client(url=conformance_server.url) as client,
        client.threads.stream(assistant_id="agent") as thread,
    ):
        thread.run.start(input=HELLO)
        words = ["".join(message.text) for message in thread.messages]
        output = thread.output

    assert words == ["Hello from fake model"]
    assert output["steps"] == ["model", "after"]
