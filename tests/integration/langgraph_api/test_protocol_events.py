"""The events of the thread-centric protocol, against the captures of the official server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from redis.asyncio import Redis

from server.keys import RunKey
from tests.conftest import Server
from tests.fixtures.event_logs import KEYS
from tests.fixtures.protocol import HELLO, brief, command, following, start, told

CAPTURED = ["values", "messages", "lifecycle", "input", "tools"]  # what the official server sends
HELLO_MESSAGE = [
    "messages message-start",
    "messages content-block-start",
    *["messages content-block-delta"] * 7,
    "messages content-block-finish",
    "messages message-finish",
]


async def test_a_run_is_told_as_the_official_server_tells_it(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "agent", HELLO)

    events = await told(project_client, thread, channels=CAPTURED)

    assert [brief(event) for event in events] == [
        "lifecycle running",
        "values",
        *HELLO_MESSAGE,
        "values",
        "values",
        "lifecycle completed",
    ]


async def test_an_event_has_the_form_of_the_capture(project_client: httpx.AsyncClient) -> None:
    thread, run = await start(project_client, "agent", HELLO)

    first = (await told(project_client, thread))[0]

    timestamp = first["params"].pop("timestamp")
    assert isinstance(timestamp, int)
    assert first == {
        "type": "event",
        "event_id": f"synth:{run}:lc||running",
        "seq": 1,
        "method": "lifecycle",
        "params": {"namespace": [], "data": {"event": "running", "graph_name": "agent"}},
        "frame": ("lifecycle", "1"),
    }


async def test_messages_in_values_have_no_empty_fields(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "agent", HELLO)

    values = (await told(project_client, thread, channels=["values"]))[-1]

    human, ai = values["params"]["data"]["messages"]
    assert human == {"type": "human", "content": "hi", "id": human["id"]}
    assert ai == {
        "type": "ai",
        "content": [{"type": "text", "text": "Hello from fake model", "index": 0}],
        "id": ai["id"],
        "response_metadata": {"output_version": "v1"},
    }


async def test_the_messages_of_a_run_have_the_id_that_they_get_in_its_state(
    project_client: httpx.AsyncClient,
) -> None:
    thread, _ = await start(project_client, "agent", HELLO)

    events = await told(project_client, thread)

    began = next(e for e in events if brief(e) == "messages message-start")
    state = [e for e in events if e["method"] == "values"][-1]["params"]["data"]
    assert began["params"]["data"]["id"] == state["messages"][-1]["id"]


async def test_a_subgraph_begins_and_ends_between_its_events(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "protocol_parent", HELLO)

    events = await told(project_client, thread, channels=["messages", "lifecycle"])

    assert [brief(event) for event in events] == [
        "lifecycle running",
        "child/lifecycle started",
        *[f"child/{name}" for name in HELLO_MESSAGE],
        "child/lifecycle completed",
        "lifecycle completed",
    ]


async def test_a_failed_run_says_why(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "agent", {"messages": [], "fail": True})

    last = (await told(project_client, thread, channels=["lifecycle"]))[-1]

    failed = {"event": "failed", "graph_name": "agent", "error": "boom from node"}
    assert last["params"]["data"] == failed


async def test_an_interrupt_is_asked_before_the_run_is_interrupted(project_client: httpx.AsyncClient) -> None:
    thread, run = await start(project_client, "review", {})

    events = await told(project_client, thread, channels=["lifecycle", "input"])

    assert [brief(e) for e in events] == ["lifecycle running", "input.requested", "lifecycle interrupted"]
    asked = events[1]
    interrupt_id = asked["params"]["data"]["interrupt_id"]
    assert asked["params"]["data"] == {"interrupt_id": interrupt_id, "payload": {"question": "Go on?"}}
    assert asked["event_id"] == f"synth:{run}:input||{interrupt_id}"


async def test_an_interrupt_below_is_asked_once_with_its_place(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "protocol_parent", HELLO | {"asks": True})

    events = await told(project_client, thread, channels=["lifecycle", "input"])

    assert [brief(e) for e in events] == [
        "lifecycle running",
        "child/lifecycle started",
        "child/input.requested",
        "child/lifecycle interrupted",
        "lifecycle interrupted",
    ]


async def test_every_state_has_its_checkpoint_before_it(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "agent", HELLO)

    events = await told(project_client, thread, channels=["values", "checkpoints"])

    assert [brief(e) for e in events] == ["checkpoints", *["checkpoints", "values"] * 3]


async def test_checkpoints_name_those_that_the_thread_has(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "agent", HELLO)

    events = await told(project_client, thread, channels=["checkpoints"])

    state = (await project_client.get(f"/threads/{thread}/state")).json()
    last = events[-1]["params"]["data"]
    assert last == {
        "id": state["checkpoint"]["checkpoint_id"],
        "parent_id": state["parent_checkpoint"]["checkpoint_id"],
        "step": 2,
        "source": "loop",
    }


async def test_a_tool_call_grows_and_is_parsed_at_its_end(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "tools", HELLO)

    events = await told(project_client, thread, channels=["messages"])

    data = [e["params"]["data"] for e in events]
    end = next(index for index, one in enumerate(data) if one["event"] == "message-finish")
    assert [one["delta"] for one in data[:end] if "delta" in one] == [
        {"type": "reasoning-delta", "reasoning": "It wants"},
        {"type": "reasoning-delta", "reasoning": " noise."},
        {"type": "tool-call-delta", "args": '{"text"'},
        {"type": "tool-call-delta", "args": ': "hi"}'},
    ]
    assert [one["content"] for one in data[:end] if one["event"] == "content-block-finish"] == [
        {"type": "reasoning", "reasoning": "It wants noise."},
        {"type": "tool_call", "id": "call-1", "name": "shout", "args": {"text": "hi"}},
    ]
    assert data[end]["usage"] == {"input_tokens": 3, "output_tokens": 5, "total_tokens": 8}


async def test_a_tool_is_told_from_start_to_end(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "tools", HELLO)

    events = await told(project_client, thread, channels=["tools"])

    started, finished = [e["params"]["data"] for e in events]
    call = {"tool_call_id": "call-1"}
    assert started == call | {"event": "tool-started", "tool_name": "shout", "input": {"text": "hi"}}
    assert finished["output"]["content"] == "HI"


async def test_a_tool_that_fails_says_why(project_client: httpx.AsyncClient) -> None:
    silence = {"messages": [{"role": "user", "content": ""}]}
    thread, _ = await start(project_client, "tools", silence)

    events = await told(project_client, thread, channels=["tools"])

    error = {"event": "tool-error", "tool_call_id": "call-1", "message": "nothing to say"}
    assert [e["params"]["data"] for e in events][-1] == error


async def test_updates_and_custom_events_name_what_they_carry(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "agent", HELLO)

    events = await told(project_client, thread, channels=["updates", "custom"])

    last = [e["params"]["data"] for e in events][-2:]
    assert {"payload": {"progress": "done"}} in last
    assert {"node": "after", "values": {"steps": ["after"]}} in last


@pytest.mark.parametrize(
    ("namespaces", "depth", "expected"),
    [
        (None, None, ["", "", "", "child/", "child/", "child/"]),
        ([["child"]], None, ["child/", "child/", "child/"]),
        ([[]], 0, ["", "", ""]),
        ([["nobody"]], None, []),
    ],
)
async def test_namespaces_and_depth_narrow(
    project_client: httpx.AsyncClient, namespaces: Any, depth: int | None, expected: list[str]
) -> None:
    thread, run = await start(project_client, "protocol_parent", HELLO)
    await project_client.get(f"/threads/{thread}/runs/{run}/join")
    wanted = {"namespaces": namespaces, "depth": depth, "channels": ["values"]}

    found: list[str] = []
    async with following(project_client, thread, **wanted) as events:
        while len(found) < len(expected):
            found.append(brief(await anext(events)).removesuffix("values"))

    assert sorted(found) == expected


async def test_a_reader_may_come_before_its_thread(project_client: httpx.AsyncClient) -> None:
    thread = str(uuid4())

    async with following(project_client, thread, channels=["lifecycle"]) as events:
        await command(project_client, thread, "run.start", assistant_id="agent", input=HELLO)
        first = await anext(events)

    assert brief(first) == "lifecycle running"


async def test_the_stream_stays_open_over_runs(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "agent", HELLO)

    async with following(project_client, thread, channels=["lifecycle"]) as events:
        found = [brief(await anext(events)), brief(await anext(events))]
        await command(project_client, thread, "run.start", assistant_id="agent", input=HELLO)
        found += [brief(await anext(events)), brief(await anext(events))]

    assert found == ["lifecycle running", "lifecycle completed"] * 2


async def test_who_comes_late_is_told_the_same(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "protocol_parent", HELLO)

    assert await told(project_client, thread) == await told(project_client, thread)


async def test_who_comes_back_from_any_event_misses_nothing_and_sees_nothing_twice(
    project_client: httpx.AsyncClient,
) -> None:
    thread, _ = await start(project_client, "protocol_parent", HELLO)
    every = await told(project_client, thread)

    for known, event in enumerate(every[:-1], 1):
        by_header = {"Last-Event-ID": event["event_id"]}
        rest = await told(project_client, thread, headers=by_header)
        assert rest == every[known:], event["event_id"]


@pytest.mark.parametrize("how", ["since", "since_event_id", "header"])
async def test_a_client_may_say_in_several_ways_where_it_left_off(
    project_client: httpx.AsyncClient, how: str
) -> None:
    thread, _ = await start(project_client, "agent", HELLO)
    every = await told(project_client, thread)
    seen = every[4]

    where: dict[str, Any] = {
        "since": {"since": seen["seq"]},
        "since_event_id": {"since_event_id": seen["event_id"]},
        "header": {"headers": {"Last-Event-ID": seen["frame"][1]}},
    }
    rest = await told(project_client, thread, **where[how])

    assert rest == every[5:]


async def test_an_id_that_is_no_longer_kept_lets_later_events_pass(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "agent", HELLO)
    every = await told(project_client, thread)

    rest = await told(project_client, thread, headers={"Last-Event-ID": "1-0"})

    assert rest == every


async def test_a_cancelled_run_ends_interrupted(project_client: httpx.AsyncClient, tmp_path: Path) -> None:
    thread, run = await start(project_client, "slow", {"gate": str(tmp_path / "gate")})

    async with following(project_client, thread, channels=["custom", "lifecycle"]) as events:
        while (await anext(events))["method"] != "custom":
            pass
        await project_client.post(f"/threads/{thread}/runs/{run}/cancel")
        last = await anext(events)

    assert last["params"]["data"] == {"event": "interrupted", "graph_name": "slow"}


async def test_a_run_that_is_cancelled_while_it_waits_is_told_too(
    project_client: httpx.AsyncClient, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    thread, _ = await start(project_client, "slow", {"gate": str(gate)})
    async with following(project_client, thread, channels=["custom"]) as events:
        await anext(events)  # the first run has begun
    second = await command(project_client, thread, "run.start", assistant_id="agent", input=HELLO)
    waiting = second["result"]["run_id"]

    await project_client.post(f"/threads/{thread}/runs/{waiting}/cancel")
    await asyncio.to_thread(gate.touch)
    every = await told(project_client, thread, runs=2, channels=["lifecycle"])

    assert [brief(e) for e in every] == [
        "lifecycle running",
        "lifecycle completed",
        "lifecycle interrupted",
    ]
    assert every[-1]["event_id"] == f"synth:{waiting}:lc||interrupted"


async def test_runs_of_the_older_routes_are_told_as_far_as_they_were_recorded(
    project_client: httpx.AsyncClient,
) -> None:
    thread = (await project_client.post("/threads", json={})).json()["thread_id"]
    run = {"assistant_id": "agent", "input": HELLO, "stream_mode": ["messages-tuple"]}
    await project_client.post(f"/threads/{thread}/runs/wait", json=run)

    events = await told(project_client, thread)

    assert [brief(e) for e in events] == ["lifecycle running", *HELLO_MESSAGE, "lifecycle completed"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "channels is required and must be a non-empty array"),
        ({"channels": []}, "channels is required and must be a non-empty array"),
        (
            {"channels": ["zzz"]},
            "channels contains unsupported entries: zzz. Allowed: values, updates, checkpoints, messages, "
            "tools, custom, lifecycle, input, tasks, or any `custom:<name>`.",
        ),
        ({"channels": ["values"], "namespaces": "x"}, "namespaces must be an array of arrays of strings"),
        ({"channels": ["values"], "depth": -1}, "depth must be a non-negative integer"),
        ({"channels": ["values"], "since": "x"}, "since must be a non-negative integer"),
        ({"channels": ["values"], "since_event_id": "x"}, "'x' is no event's id"),
    ],
)
async def test_what_cannot_be_subscribed_to_is_refused(
    project_client: httpx.AsyncClient, body: dict[str, Any], detail: str
) -> None:
    response = await project_client.post(f"/threads/{uuid4()}/stream/events", json=body)

    assert response.status_code == 400
    assert response.json()["detail"] == detail


@pytest.fixture
async def server_redis(project_server: Server) -> AsyncIterator[Redis]:
    """The Redis of the server under test."""
    async with Redis.from_url(f"unix://{project_server.settings.data_dir}/redis/redis.sock") as client:
        yield client


async def test_what_is_left_of_a_trimmed_log_is_told_whatever_the_client_had(
    project_client: httpx.AsyncClient, server_redis: Redis
) -> None:
    thread, run = await start(project_client, "agent", HELLO)
    every = await told(project_client, thread)
    await server_redis.xtrim(KEYS.events(RunKey(thread, run)), maxlen=1, approximate=False)

    rest = await told(project_client, thread, since=every[-1]["seq"])

    assert [brief(e) for e in rest] == ["lifecycle running", "values", "lifecycle completed"]
    assert rest[-1]["event_id"] == every[-1]["event_id"]
