"""The official Python SDK drives the service."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from tests.conftest import Server

HELLO = {"messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
async def client(project_server: Server) -> AsyncIterator[LangGraphClient]:
    async with get_client(url=project_server.url) as client:
        yield client


async def test_the_sdk_streams_waits_and_reads_state(client: LangGraphClient) -> None:
    thread = await client.threads.create()

    parts = [part async for part in client.runs.stream(thread["thread_id"], "agent", input=HELLO)]
    waited = await client.runs.wait(thread["thread_id"], "agent", input=HELLO)
    state = await client.threads.get_state(thread["thread_id"])

    assert [part.event for part in parts] == ["metadata", "values", "values", "values"]
    assert waited == state["values"]
    assert len(waited["messages"]) == 4


async def test_the_sdk_joins_a_background_run(client: LangGraphClient, tmp_path: Path) -> None:
    thread = await client.threads.create()
    gate = tmp_path / "gate"

    run = await client.runs.create(thread["thread_id"], "slow", input={"gate": str(gate)})
    gate.touch()
    result = await client.runs.join(thread["thread_id"], run["run_id"])

    assert result["steps"] == ["first", "wait"]
    assert (await client.runs.get(thread["thread_id"], run["run_id"]))["status"] == "success"


async def test_the_sdk_raises_what_a_run_failed_with(client: LangGraphClient) -> None:
    with pytest.raises(Exception, match="boom from node"):
        await client.runs.wait(None, "agent", input=HELLO | {"fail": True})
