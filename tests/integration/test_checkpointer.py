"""The Redis checkpointer keeps what LangGraph gives it."""

import operator
from collections.abc import AsyncIterator
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.graph import END, START, StateGraph
from redis.asyncio import Redis

from server.checkpoint import AsyncRedisSaver, CheckpointIncomplete, layout


class Steps(TypedDict):
    """A log of nodes, and a value that never changes."""

    steps: Annotated[list[str], operator.add]
    constant: str


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        await client.flushdb()
        yield client


@pytest.fixture
def saver(client: Redis) -> AsyncRedisSaver:
    return AsyncRedisSaver(client)


def two_steps(saver: AsyncRedisSaver) -> Any:
    graph = StateGraph(Steps)
    graph.add_node("one", lambda _: {"steps": ["one"]})
    graph.add_node("two", lambda _: {"steps": ["two"]})
    graph.add_edge(START, "one")
    graph.add_edge("one", "two")
    graph.add_edge("two", END)
    return graph.compile(checkpointer=saver)


def thread(name: str) -> RunnableConfig:
    return {"configurable": {"thread_id": name}}


NAMES = ["plain", "a:b", "{tag}", "}{", "*?[", "per%cent", "中文 blank", "nul\x00", "x" * 1000]


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name)[:20] for name in NAMES])
async def test_a_thread_of_any_name_keeps_its_state(saver: AsyncRedisSaver, client: Redis, name: str) -> None:
    graph = two_steps(saver)

    await graph.ainvoke({"steps": ["in"], "constant": "c"}, thread(name))

    assert (await graph.aget_state(thread(name))).values == {"steps": ["in", "one", "two"], "constant": "c"}
    await saver.adelete_thread(name)
    assert await client.keys("*") == []


async def test_history_goes_from_the_newest_to_the_oldest(saver: AsyncRedisSaver) -> None:
    graph = two_steps(saver)
    await graph.ainvoke({"steps": ["in"], "constant": "c"}, thread("t"))

    history = [state.values.get("steps", []) async for state in graph.aget_state_history(thread("t"))]

    assert history == [["in", "one", "two"], ["in", "one"], ["in"], []]


async def test_a_fork_leaves_the_old_branch_as_it_was(saver: AsyncRedisSaver) -> None:
    graph = two_steps(saver)
    await graph.ainvoke({"steps": ["in"], "constant": "c"}, thread("t"))
    end = await graph.aget_state(thread("t"))
    start = [state async for state in graph.aget_state_history(thread("t"))][2]

    await graph.aupdate_state(start.config, {"steps": ["FORK"]}, as_node="one")

    assert (await graph.aget_state(end.config)).values["steps"] == ["in", "one", "two"]
    assert (await graph.aget_state(thread("t"))).values["steps"] == ["in", "FORK"]


async def test_writes_may_come_before_their_checkpoint(saver: AsyncRedisSaver) -> None:
    checkpoint = empty_checkpoint()
    place: RunnableConfig = {
        "configurable": {"thread_id": "t", "checkpoint_ns": "", "checkpoint_id": checkpoint["id"]}
    }

    await saver.aput_writes(place, [("channel", "value")], "task")
    await saver.aput({"configurable": {"thread_id": "t", "checkpoint_ns": ""}}, checkpoint, {}, {})

    loaded = await saver.aget_tuple(place)
    assert loaded is not None
    assert loaded.pending_writes == [("task", "channel", "value")]


async def test_pending_writes_come_in_the_order_of_task_paths(saver: AsyncRedisSaver) -> None:
    checkpoint = empty_checkpoint()
    place = await saver.aput({"configurable": {"thread_id": "t", "checkpoint_ns": ""}}, checkpoint, {}, {})

    await saver.aput_writes(place, [("c", "second")], "a-task", task_path="~2")
    await saver.aput_writes(place, [("c", "first")], "z-task", task_path="~1")

    loaded = await saver.aget_tuple(place)
    assert loaded is not None
    assert [value for _, _, value in loaded.pending_writes or []] == ["first", "second"]


async def test_the_first_write_of_a_position_stands(saver: AsyncRedisSaver) -> None:
    place = await saver.aput(
        {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}, empty_checkpoint(), {}, {}
    )

    await saver.aput_writes(place, [("c", "first"), ("__error__", "old")], "task")
    await saver.aput_writes(place, [("c", "second"), ("__error__", "new")], "task")

    loaded = await saver.aget_tuple(place)
    assert loaded is not None
    assert {channel: value for _, channel, value in loaded.pending_writes or []} == {
        "c": "first",
        "__error__": "new",
    }


async def test_a_missing_value_raises_and_never_reads_as_no_state(
    saver: AsyncRedisSaver, client: Redis
) -> None:
    await two_steps(saver).ainvoke({"steps": ["in"], "constant": "c"}, thread("t"))
    await client.delete(layout.thread_keys("t")[1])

    with pytest.raises(CheckpointIncomplete, match="part of its data is gone"):
        await saver.aget_tuple(thread("t"))
