"""The wire format of run streams, against the captures of the official server."""

import re
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


async def new_thread(client: httpx.AsyncClient) -> str:
    return (await client.post("/threads", json={})).json()["thread_id"]


async def stream(client: httpx.AsyncClient, thread: str, **body: Any) -> httpx.Response:
    request = {"assistant_id": "agent", "input": HELLO} | body
    return await client.post(f"/threads/{thread}/runs/stream", json=request)


async def test_a_stream_starts_with_metadata_and_tells_where_the_run_is(
    project_client: httpx.AsyncClient,
) -> None:
    thread = await new_thread(project_client)

    response = await stream(project_client, thread)

    first = parse(response.text)[0]
    place = f"/threads/{thread}/runs/{first['data']['run_id']}"
    assert first == {"event": "metadata", "data": {"run_id": first["data"]["run_id"], "attempt": 1}}
    assert response.headers["content-location"] == place
    assert response.headers["location"] == f"{place}/stream"
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("values", ["metadata", "values", "values", "values"]),
        ("updates", ["metadata", "updates", "updates"]),
        ("custom", ["metadata", "custom"]),
        ("messages-tuple", ["metadata", *["messages"] * 7]),
        ("messages", ["metadata", "messages/metadata", *["messages/partial"] * 7]),
    ],
)
async def test_each_stream_mode_has_its_events(
    project_client: httpx.AsyncClient, mode: str, expected: list[str]
) -> None:
    response = await stream(project_client, await new_thread(project_client), stream_mode=mode)

    assert [event["event"] for event in parse(response.text)] == expected


async def test_partial_messages_carry_all_that_came_before(project_client: httpx.AsyncClient) -> None:
    response = await stream(project_client, await new_thread(project_client), stream_mode=["messages"])

    partial = [event["data"][0] for event in parse(response.text) if event["event"] == "messages/partial"]
    assert [message["content"] for message in partial][-2:] == ["Hello from fake ", "Hello from fake model"]
    assert {message["type"] for message in partial} == {"ai"}


async def test_only_resumable_streams_carry_ids_and_these_grow(project_client: httpx.AsyncClient) -> None:
    thread = await new_thread(project_client)

    plain = parse((await stream(project_client, thread)).text)
    resumable = parse((await stream(project_client, thread, stream_resumable=True)).text)

    assert all("id" not in event for event in plain)
    ids = [tuple(int(part) for part in event["id"].split("-")) for event in resumable]
    assert ids == sorted(set(ids))


async def test_a_failing_node_ends_the_stream_with_an_error_event(project_client: httpx.AsyncClient) -> None:
    thread = await new_thread(project_client)

    response = await stream(project_client, thread, input=HELLO | {"fail": True}, stream_mode=["updates"])

    events = parse(response.text)
    assert [event["event"] for event in events] == ["metadata", "updates", "error"]
    assert events[-1]["data"] == {"error": "ValueError", "message": "boom from node"}
    after = (await project_client.get(f"/threads/{thread}")).json()
    assert after["status"] == "error"
    assert after["error"] == {"error": "ValueError", "message": "boom from node"}


async def test_the_status_is_committed_before_the_stream_closes(project_client: httpx.AsyncClient) -> None:
    response = await stream(project_client, await new_thread(project_client))

    run = (await project_client.get(response.headers["content-location"])).json()
    assert run["status"] == "success"


async def test_coming_back_with_the_last_id_replays_exactly_the_rest(
    project_client: httpx.AsyncClient,
) -> None:
    response = await stream(project_client, await new_thread(project_client), stream_resumable=True)
    events = parse(response.text)

    rest = await project_client.get(response.headers["location"], headers={"Last-Event-ID": events[1]["id"]})

    assert parse(rest.text) == events[2:]


@pytest.mark.parametrize("start", ["0", "-"])
async def test_coming_back_from_the_start_replays_everything(
    project_client: httpx.AsyncClient, start: str
) -> None:
    response = await stream(project_client, await new_thread(project_client), stream_resumable=True)

    again = await project_client.get(response.headers["location"], headers={"Last-Event-ID": start})

    assert parse(again.text) == parse(response.text)


@pytest.mark.parametrize("form", ["stream_mode=custom", 'stream_mode=["custom"]', "stream_mode=custom,tasks"])
async def test_a_joined_stream_can_be_narrowed_to_modes(project_client: httpx.AsyncClient, form: str) -> None:
    response = await stream(
        project_client,
        await new_thread(project_client),
        stream_mode=["values", "custom"],
        stream_resumable=True,
    )

    joined = await project_client.get(
        f"{response.headers['location']}?{form}", headers={"Last-Event-ID": "0"}
    )

    assert [event["event"] for event in parse(joined.text)] == ["custom"]


async def test_joining_a_finished_run_without_an_id_closes_at_once(project_client: httpx.AsyncClient) -> None:
    response = await stream(project_client, await new_thread(project_client), stream_resumable=True)

    joined = await project_client.get(response.headers["location"])

    assert joined.status_code == 200
    assert joined.text == ""


async def test_joining_an_unknown_run_is_one_error_event(project_client: httpx.AsyncClient) -> None:
    thread = await new_thread(project_client)
    place = f"/threads/{thread}/runs/11111111-1111-1111-1111-111111111111"

    streamed = await project_client.get(f"{place}/stream")
    joined = await project_client.get(f"{place}/join")

    expected = {"error": "HTTPException", "message": "404: Run not found"}
    assert parse(streamed.text) == [{"event": "error", "data": expected}]
    assert joined.json() == {"__error__": expected}


async def test_heartbeats_show_life_while_nothing_happens(
    project_client: httpx.AsyncClient, tmp_path: Any
) -> None:
    thread = await new_thread(project_client)
    body = {"assistant_id": "slow", "input": {"gate": str(tmp_path / "gate")}, "stream_mode": ["updates"]}

    received = ""
    async with project_client.stream("POST", f"/threads/{thread}/runs/stream", json=body) as response:
        async for chunk in response.aiter_text():
            received += chunk
            if received.count(": heartbeat\r\n\r\n") == 2:
                (tmp_path / "gate").touch()

    assert [event["event"] for event in parse(received)] == ["metadata", "updates", "updates"]


async def test_ids_have_the_form_of_redis_stream_ids(project_client: httpx.AsyncClient) -> None:
    response = await stream(project_client, await new_thread(project_client), stream_resumable=True)

    assert all(re.fullmatch(r"\d+-\d+", event["id"]) for event in parse(response.text))


@pytest.mark.parametrize("last_event_id", ["abc", "1-2-3", "-2", "9" * 30])
async def test_an_id_that_is_no_events_is_refused(
    project_client: httpx.AsyncClient, last_event_id: str
) -> None:
    response = await stream(project_client, await new_thread(project_client), stream_resumable=True)

    joined = await project_client.get(response.headers["location"], headers={"Last-Event-ID": last_event_id})

    assert joined.status_code == 422
    assert "Last-Event-ID" in joined.json()["detail"]


@pytest.mark.parametrize("mode", ["[", "[1]", '["values"'])
async def test_modes_that_are_no_list_are_refused(project_client: httpx.AsyncClient, mode: str) -> None:
    response = await stream(project_client, await new_thread(project_client), stream_resumable=True)

    joined = await project_client.get(response.headers["location"], params={"stream_mode": mode})

    assert joined.status_code == 422
    assert "stream_mode" in joined.json()["detail"]


async def test_a_reset_is_told_in_every_mode(
    project_client: httpx.AsyncClient, project_server: Server
) -> None:
    thread = await new_thread(project_client)
    response = await stream(project_client, thread, stream_mode=["updates"], stream_resumable=True)
    run = RunKey(thread, response.headers["location"].split("/")[4])
    redis_url = f"unix://{project_server.settings.data_dir}/redis/redis.sock"
    async with Redis.from_url(redis_url) as client, open_broker(client, KEYS, keep=HOUR) as broker:
        await client.delete(KEYS.events(run), KEYS.lease(thread))
        log = await opened(broker, Leases(client, KEYS, keep=HOUR), run)
        await log.emit("reset", b'{"attempt":2,"keep":null}')
        await log.emit("updates", b"{}")
        await log.close()

    joined = await project_client.get(
        f"{response.headers['location']}?stream_mode=custom", headers={"Last-Event-ID": "0"}
    )

    (event,) = parse(joined.text)
    assert (event["event"], event["data"]) == ("reset", {"attempt": 2, "keep": None})
