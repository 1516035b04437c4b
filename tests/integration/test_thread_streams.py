"""The stream of a thread over all its runs, against the captures of the official server."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.fixtures.sse import parse

HELLO = {"messages": [{"role": "user", "content": "hi"}]}


async def new_thread(client: httpx.AsyncClient) -> str:
    return (await client.post("/threads", json={})).json()["thread_id"]


async def run(client: httpx.AsyncClient, thread: str) -> str:
    body = {"assistant_id": "agent", "input": HELLO, "stream_mode": ["updates"], "stream_resumable": True}
    return (await client.post(f"/threads/{thread}/runs/stream", json=body)).text


async def follow(
    client: httpx.AsyncClient,
    thread: str,
    count: int,
    *,
    after: str | None = "0",
    listening: asyncio.Event | None = None,
    **query: Any,
) -> list[dict[str, Any]]:
    """The next events of a thread's stream."""
    headers = {"Last-Event-ID": after} if after else {}
    received = ""
    async with client.stream("GET", f"/threads/{thread}/stream", params=query, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["x-accel-buffering"] == "no"
        assert response.headers["cache-control"] == "no-store"
        async for chunk in response.aiter_text():
            received += chunk
            if ": heartbeat" in received and listening:
                listening.set()
            if received.count("data: ") >= count:
                break
    return parse(received)


async def test_all_runs_are_told_with_their_ends(project_client: httpx.AsyncClient) -> None:
    thread = await new_thread(project_client)
    streams = [parse(await run(project_client, thread)) for _ in range(3)]

    events = await follow(project_client, thread, 12)

    for number, streamed in enumerate(streams):
        *told, end = events[number * 4 : number * 4 + 4]
        assert told == streamed
        assert end["event"] == "metadata"
        assert end["data"] == {"status": "run_done", "run_id": streamed[0]["data"]["run_id"]}
    ids = [tuple(map(int, event["id"].split("-"))) for event in events]
    assert ids == sorted(set(ids))


async def test_a_reader_comes_back_within_and_between_runs(project_client: httpx.AsyncClient) -> None:
    thread = await new_thread(project_client)
    for _ in range(3):
        await run(project_client, thread)
    events = await follow(project_client, thread, 12)

    for seen in (0, 3, 5, 7, 10):
        rest = await follow(project_client, thread, 11 - seen, after=events[seen]["id"])
        assert rest == events[seen + 1 :]


async def test_without_an_id_only_what_comes_is_told(project_client: httpx.AsyncClient) -> None:
    thread = await new_thread(project_client)
    await run(project_client, thread)
    listening = asyncio.Event()
    following = asyncio.create_task(follow(project_client, thread, 4, after=None, listening=listening))
    await listening.wait()

    streamed = parse(await run(project_client, thread))

    assert (await following)[:3] == streamed


@pytest.mark.parametrize("name", ["stream_modes", "stream_mode"])
async def test_lifecycle_is_beginnings_and_ends(project_client: httpx.AsyncClient, name: str) -> None:
    thread = await new_thread(project_client)
    await run(project_client, thread)

    events = await follow(project_client, thread, 2, **{name: "lifecycle,state_update"})

    assert [event["event"] for event in events] == ["metadata", "metadata"]
    assert events[1]["data"]["status"] == "run_done"


@pytest.mark.parametrize(
    ("query", "last_event_id", "told"),
    [("?stream_modes=zzz", "0", "Invalid stream mode: zzz"), ("", "zzz", "Last-Event-ID")],
)
async def test_what_is_no_mode_or_no_id_is_refused(
    project_client: httpx.AsyncClient, query: str, last_event_id: str, told: str
) -> None:
    thread = await new_thread(project_client)

    answer = await project_client.get(
        f"/threads/{thread}/stream{query}", headers={"Last-Event-ID": last_event_id}
    )

    assert answer.status_code == 422
    assert told in answer.json()["detail"]


async def test_there_is_no_stream_of_no_thread(project_client: httpx.AsyncClient) -> None:
    answer = await project_client.get("/threads/11111111-1111-1111-1111-111111111111/stream")

    assert answer.status_code == 404
