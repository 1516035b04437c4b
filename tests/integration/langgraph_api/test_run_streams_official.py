"""The events of every stream mode, as the official server sends them for the same graph."""

from typing import Any

import httpx
import pytest

from tests.fixtures.busy_threads import new_thread
from tests.fixtures.sse import parse

HELLO = {"messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
async def thread(project_client: httpx.AsyncClient) -> str:
    return await new_thread(project_client)


async def streamed(client: httpx.AsyncClient, thread: str, modes: Any, **body: Any) -> list[dict[str, Any]]:
    request = {"assistant_id": "agent", "input": HELLO, "stream_mode": modes} | body
    return parse((await client.post(f"/threads/{thread}/runs/stream", json=request)).text)


def names(events: list[dict[str, Any]]) -> list[str]:
    """Event names, with the ids of subgraphs' tasks left out."""
    return [event["event"].split(":")[0] for event in events]


async def test_events_tell_of_the_graph_its_nodes_and_their_models(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    events = [event["data"] for event in (await streamed(project_client, thread, "events"))[1:]]

    assert [(event["event"], event["name"]) for event in events] == [
        ("on_chain_start", "agent"),
        ("on_chain_start", "model"),
        ("on_chat_model_start", "GenericFakeChatModel"),
        *[("on_chat_model_stream", "GenericFakeChatModel")] * 7,
        ("on_chat_model_end", "GenericFakeChatModel"),
        ("on_chain_stream", "model"),
        ("on_chain_end", "model"),
        ("on_chain_start", "after"),
        ("on_chain_stream", "after"),
        ("on_chain_end", "after"),
        ("on_chain_end", "agent"),
    ]
    assert events[0]["parent_ids"] == []
    assert events[-1]["data"]["output"]["steps"] == ["model", "after"]


async def test_other_modes_come_between_the_events(project_client: httpx.AsyncClient, thread: str) -> None:
    both = await streamed(project_client, thread, ["events", "values"])

    values = [event["data"]["steps"] for event in both if event["event"] == "values"]
    assert values == [[], ["model"], ["model", "after"]]
    assert names(both)[:4] == ["metadata", "events", "values", "events"]


async def test_the_events_run_is_the_run(project_client: httpx.AsyncClient, thread: str) -> None:
    metadata, first, *_ = await streamed(project_client, thread, "events")

    assert first["data"]["run_id"] == metadata["data"]["run_id"]


@pytest.mark.parametrize("mode", ["checkpoints", "debug"])
async def test_checkpoints_are_told_without_our_own_keys(
    project_client: httpx.AsyncClient, thread: str, mode: str
) -> None:
    events = [event["data"] for event in (await streamed(project_client, thread, mode))[1:]]

    told = [event["payload"] if mode == "debug" else event for event in events]
    found = [payload for payload in told if "parent_config" in payload]
    configurable = found[-1]["parent_config"]["configurable"]
    assert {key for key in configurable if key.startswith("__")} == {
        "__request_start_time_ms__",
        "__after_seconds__",
    }
    assert [checkpoint["metadata"]["source"] for checkpoint in found] == ["input", "loop", "loop", "loop"]
    assert [checkpoint["next"] for checkpoint in found] == [["__start__"], ["model"], ["after"], []]


async def test_debug_says_where_a_checkpoint_and_its_parent_lie(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    events = [event["data"] for event in (await streamed(project_client, thread, "debug"))[1:]]

    assert [event["type"] for event in events] == [
        "checkpoint",
        "checkpoint",
        *["task", "task_result", "checkpoint"] * 2,
    ]
    first, second, *_ = [event["payload"] for event in events if event["type"] == "checkpoint"]
    assert first["parent_checkpoint"] is None
    assert second["parent_checkpoint"] == first["checkpoint"]
    assert first["checkpoint"] | {"thread_id": thread, "checkpoint_ns": ""} == first["checkpoint"]


async def test_tasks_begin_and_end(project_client: httpx.AsyncClient, thread: str) -> None:
    events = [event["data"] for event in (await streamed(project_client, thread, "tasks"))[1:]]

    begin = ["id", "name", "input", "triggers", "metadata"]
    end = ["id", "name", "error", "result", "interrupts"]
    assert [list(event) for event in events] == [begin, end, begin, end]


async def test_nobody_sees_checkpoints_who_did_not_ask(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    events = await streamed(project_client, thread, ["updates", "custom"])

    assert names(events) == ["metadata", "updates", "custom", "updates"]


async def test_subgraphs_have_their_namespace_in_the_name(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    modes = ["values", "updates", "messages-tuple"]

    events = await streamed(project_client, thread, modes, assistant_id="parent", stream_subgraphs=True)

    assert names(events) == [
        *["metadata", "values", "updates", "values", "values|child"],
        *["messages|child"] * 7,
        *["updates|child", "values|child"] * 2,
        *["updates", "values"],
    ]


async def test_accumulated_messages_of_subgraphs_have_no_namespace(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    events = await streamed(
        project_client, thread, ["messages"], assistant_id="parent", stream_subgraphs=True
    )

    assert names(events) == ["metadata", "messages/metadata", *["messages/partial"] * 7]


async def test_subgraphs_are_silent_unless_asked_for(project_client: httpx.AsyncClient, thread: str) -> None:
    events = await streamed(project_client, thread, ["updates"], assistant_id="parent")

    assert names(events) == ["metadata", "updates", "updates"]


async def test_an_interrupt_shows_in_values_and_updates(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    events = await streamed(
        project_client, thread, ["values", "updates"], assistant_id="review", input={"steps": ["s0"]}
    )

    assert names(events) == ["metadata", "values", "updates", "values", "updates", "values"]
    [interrupt] = events[-2]["data"]["__interrupt__"]
    assert (interrupt["value"], interrupt["response_schema"]) == ({"question": "Go on?"}, None)
    assert events[-1]["data"] == {"steps": ["s0", "first"], "__interrupt__": [interrupt]}


@pytest.mark.parametrize("mode", ["custom", "messages-tuple"])
async def test_an_interrupt_does_not_show_in_other_modes(
    project_client: httpx.AsyncClient, thread: str, mode: str
) -> None:
    events = await streamed(project_client, thread, [mode], assistant_id="review", input={})

    assert names(events) == ["metadata"]


async def test_a_breakpoint_shows_as_an_update_without_interrupts(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    events = await streamed(project_client, thread, ["updates"], interrupt_before=["after"])

    assert events[-1]["data"] == {"__interrupt__": []}


async def test_too_many_steps_are_an_error_event(project_client: httpx.AsyncClient, thread: str) -> None:
    events = await streamed(project_client, thread, ["updates"], config={"recursion_limit": 1})

    assert events[-1]["event"] == "error"
    assert events[-1]["data"]["error"] == "GraphRecursionError"


@pytest.mark.parametrize("modes", ["values,custom", '["values","custom"]', ["values", "custom"]], ids=str)
async def test_a_join_takes_modes_in_every_form(
    project_client: httpx.AsyncClient, thread: str, modes: Any
) -> None:
    body = {"assistant_id": "agent", "input": HELLO, "stream_mode": ["values", "updates", "custom"]}
    response = await project_client.post(f"/threads/{thread}/runs/stream", json=body)

    joined = await project_client.get(
        response.headers["location"], params={"stream_mode": modes}, headers={"Last-Event-ID": "-"}
    )

    assert set(names(parse(joined.text))) == {"values", "custom"}


async def test_a_stream_ends_without_a_word_unless_asked_for_one(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    body = {"assistant_id": "agent", "input": HELLO, "stream_resumable": True}
    place = f"/threads/{thread}/runs/stream"

    plain = await project_client.post(place, json=body)
    asked = await project_client.post(f"{place}?end_event=true", json=body)
    again = await project_client.get(asked.headers["location"], headers={"Last-Event-ID": "0"})

    assert "end" not in names(parse(plain.text))
    assert [parse(answer.text)[-1] for answer in (asked, again)] == [{"event": "end", "data": None}] * 2
