"""Coming back to a stream whose log no longer holds what was missed."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from server.keys import RunKey
from server.runs.leases import Leases
from server.stream.broker import open_broker
from tests.conftest import Server
from tests.fixtures.event_logs import HOUR, KEYS, opened
from tests.fixtures.sse import parse

HELLO = {"messages": [{"role": "user", "content": "hi"}]}
MODES = ["values", "custom", "checkpoints"]


@pytest.fixture
async def server_redis(project_server: Server) -> AsyncIterator[Redis]:
    """The Redis of the server under test."""
    async with Redis.from_url(f"unix://{project_server.settings.data_dir}/redis/redis.sock") as client:
        yield client


async def finished(client: httpx.AsyncClient) -> tuple[RunKey, list[dict[str, Any]]]:
    """A run that has ended, and its events."""
    thread = (await client.post("/threads", json={})).json()["thread_id"]
    body = {"assistant_id": "agent", "input": HELLO, "stream_mode": MODES, "stream_resumable": True}
    response = await client.post(f"/threads/{thread}/runs/stream", json=body)
    events = parse(response.text)
    return RunKey(thread, events[0]["data"]["run_id"]), events


async def come_back(client: httpx.AsyncClient, run: RunKey, after: str, query: str = "") -> str:
    place = f"/threads/{run.thread_id}/runs/{run.run_id}/stream{query}"
    return (await client.get(place, headers={"Last-Event-ID": after})).text


@pytest.mark.parametrize("query", ["", "?stream_mode=custom"])
async def test_the_latest_state_stands_for_what_was_trimmed(
    project_client: httpx.AsyncClient, server_redis: Redis, query: str
) -> None:
    run, events = await finished(project_client)
    await server_redis.xtrim(KEYS.events(run), maxlen=1, approximate=False)

    body = await come_back(project_client, run, "0", query)

    (snapshot,) = parse(body)
    assert ": snapshot\r\nevent: values\r\n" in body
    assert snapshot["data"] == [event for event in events if event["event"] == "values"][-1]["data"]
    assert await come_back(project_client, run, snapshot["id"]) == ""


async def test_what_follows_the_last_marked_checkpoint_is_told_again(
    project_client: httpx.AsyncClient, server_redis: Redis
) -> None:
    run, events = await finished(project_client)
    at_model = [event for event in events if event["event"] == "checkpoints"][-2]["data"]
    leases = Leases(server_redis, KEYS, duration=timedelta(0), keep=HOUR)
    await server_redis.delete(KEYS.events(run), KEYS.lease(run.thread_id))
    async with open_broker(server_redis, KEYS, keep=HOUR) as broker:
        log = await opened(broker, leases, run)
        await log.emit("custom", b"0")
        await log.flush()
        await log.emit("custom", b"1", mark=at_model["config"]["configurable"]["checkpoint_id"])
        await log.emit("custom", b"2")
        await log.close()
    await server_redis.xtrim(KEYS.events(run), maxlen=2, approximate=False)

    snapshot, *rest = parse(await come_back(project_client, run, "0"))

    assert snapshot["event"] == "values"
    assert snapshot["data"]["steps"] == at_model["values"]["steps"] == ["model"]
    assert [event["data"] for event in rest] == [2]


async def test_a_threads_stream_has_a_snapshot_too(
    project_client: httpx.AsyncClient, server_redis: Redis
) -> None:
    run, _ = await finished(project_client)
    await server_redis.xtrim(KEYS.events(run), maxlen=1, approximate=False)

    received = ""
    place = f"/threads/{run.thread_id}/stream"
    async with project_client.stream("GET", place, headers={"Last-Event-ID": "0"}) as response:
        async for chunk in response.aiter_text():
            received += chunk
            if "run_done" in received:
                break

    snapshot, end = parse(received)
    assert received.replace(": heartbeat\r\n\r\n", "").startswith(": snapshot\r\nevent: values\r\n")
    assert snapshot["data"]["steps"] == ["model", "after"]
    assert end["data"] == {"status": "run_done", "run_id": run.run_id}


async def test_nothing_stands_for_what_is_still_there(
    project_client: httpx.AsyncClient, server_redis: Redis
) -> None:
    run, events = await finished(project_client)
    first, second, *_ = await server_redis.xrange(KEYS.events(run))
    await server_redis.xtrim(KEYS.events(run), minid=second[0], approximate=False)
    seen = [event["id"] for event in events].index(first[0].decode())

    body = await come_back(project_client, run, events[seen]["id"])

    assert "snapshot" not in body
    assert parse(body) == events[seen + 1 :]
