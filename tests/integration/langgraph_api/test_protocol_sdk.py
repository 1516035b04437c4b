"""The official SDK's thread streams, and LangGraph's remote graph on top of them, against this server."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from langgraph.pregel.remote import RemoteGraph
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from tests.conftest import Server
from tests.fixtures.protocol import HELLO


@pytest.fixture
async def sdk(project_server: Server) -> AsyncIterator[LangGraphClient]:
    async with get_client(url=project_server.url) as client:
        yield client


async def test_a_thread_stream_ends_with_the_state(sdk: LangGraphClient) -> None:
    async with sdk.threads.stream(thread_id=str(uuid4()), assistant_id="agent") as thread:
        await thread.run.start(input=HELLO)

        state = await thread.output

    assert state["steps"] == ["model", "after"]


async def test_a_thread_stream_carries_messages_as_they_grow(sdk: LangGraphClient) -> None:
    async with sdk.threads.stream(thread_id=str(uuid4()), assistant_id="agent") as thread:
        await thread.run.start(input=HELLO)

        messages = [message async for message in thread.messages]
        texts = [[part async for part in message.text] for message in messages]

    assert texts == [["Hello", " ", "from", " ", "fake", " ", "model"]]


async def test_a_thread_stream_carries_tool_calls(sdk: LangGraphClient) -> None:
    async with sdk.threads.stream(thread_id=str(uuid4()), assistant_id="tools") as thread:
        await thread.run.start(input=HELLO)

        [call] = [call async for call in thread.tool_calls]
        output = await call.output

    assert (call.name, call.input, output["content"]) == ("shout", {"text": "hi"}, "HI")


async def test_a_thread_stream_knows_its_subgraphs(sdk: LangGraphClient) -> None:
    async with sdk.threads.stream(thread_id=str(uuid4()), assistant_id="protocol_parent") as thread:
        await thread.run.start(input=HELLO)

        names = [subgraph.graph_name async for subgraph in thread.subgraphs]

    assert names == ["child"]


async def test_a_thread_stream_answers_interrupts(sdk: LangGraphClient) -> None:
    async with sdk.threads.stream(thread_id=str(uuid4()), assistant_id="review") as thread:
        await thread.run.start(input={})
        async for _ in thread.values:
            pass  # this ends once the client knows that it is asked

        await thread.run.respond("yes")
        state = await thread.output

    assert state == {"steps": ["first", "yes"]}


async def test_a_remote_graph_streams_events(sdk: LangGraphClient) -> None:
    graph = RemoteGraph("agent", client=sdk)

    run = await graph.astream_events(HELLO, version="v3")
    async with run:
        messages = [message async for message in run.messages]
        texts = [await message.text for message in messages]
        output = await run.output()

    assert texts == ["Hello from fake model"]
    assert output["steps"] == ["model", "after"]
