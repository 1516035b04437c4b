"""What a webhook is told of a run, beside how it is delivered."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import orjson
import pytest

from configs.settings import Settings
from tests.conftest import PROJECT, Server, running
from tests.fixtures.busy_threads import new_thread
from tests.fixtures.receiver import Receiver, listening

HELLO = {"messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that may call this machine."""
    folder = tmp_path_factory.mktemp("data")
    settings = Settings(PORT=0, DATA_DIR=folder, SCRIPTORIUM_CONFIG=PROJECT, WEBHOOK_ALLOW_PRIVATE=True)  # type: ignore[call-arg]
    with running(settings) as server:
        yield server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening() as receiver:
        yield receiver


async def told(client: httpx.AsyncClient, receiver: Receiver, **body: Any) -> tuple[dict[str, Any], Any]:
    """What the API shows of a run that has ended, and what its webhook was told."""
    thread = await new_thread(client)
    request = {"assistant_id": "agent", "input": HELLO, "webhook": receiver.url} | body
    place = (await client.post(f"/threads/{thread}/runs", json=request)).headers["content-location"]
    await client.get(f"{place}/join")
    await receiver.delivered.wait()
    return (await client.get(place)).json(), orjson.loads(receiver.calls[-1][1])


async def test_a_webhook_is_told_the_run_and_its_values(
    client: httpx.AsyncClient, receiver: Receiver
) -> None:
    run, payload = await told(client, receiver)

    assert {key: payload[key] for key in run} == run
    assert payload["values"]["steps"] == ["model", "after"]
    assert payload["run_started_at"] <= payload["run_ended_at"] <= payload["webhook_sent_at"]
    assert "error" not in payload


async def test_a_webhook_is_told_a_failure_and_how_far_it_went(
    client: httpx.AsyncClient, receiver: Receiver
) -> None:
    _, payload = await told(client, receiver, input=HELLO | {"fail": True})

    assert payload["status"] == "error"
    assert payload["error"] == {"error": "ValueError", "message": "boom from node"}
    assert payload["values"]["steps"] == ["model"]
