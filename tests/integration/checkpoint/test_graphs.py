"""Graphs keep their state in Redis, and go on from it."""

import asyncio
import operator
from collections.abc import Sequence
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError

from server.checkpoint import (
    FENCING_TOKEN,
    AsyncRedisSaver,
    RedisSaver,
    SaverOptions,
    StaleFencingToken,
)
from server.checkpoint.connection import AsyncClient
from tests.fixtures.redis_servers import RedisProcess
from tests.integration.checkpoint.conftest import Place


class Steps(TypedDict):
    """A log of nodes, and a value that never changes."""

    steps: Annotated[list[str], operator.add]
    constant: str


def two_steps(saver: Any) -> Any:
    graph = StateGraph(Steps)
    graph.add_node("one", lambda _: {"steps": ["one"]})
    graph.add_node("two", lambda _: {"steps": ["two"]})
    graph.add_edge(START, "one")
    graph.add_edge("one", "two")
    graph.add_edge("two", END)
    return graph.compile(checkpointer=saver)


def thread(name: str) -> RunnableConfig:
    return {"configurable": {"thread_id": name}}


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


def reduce_all(state: list[str], writes: Sequence[list[str]]) -> list[str]:
    """Appends; the order of writes shows in the result."""
    return [*state, *(item for write in writes for item in write)]


class Deltas(TypedDict):
    """A log of which only the changes are stored."""

    log: Annotated[list[str], DeltaChannel(reduce_all, list, snapshot_frequency=5)]
    turn: int


def parallel_turns(saver: Any) -> Any:
    """Three nodes that write in parallel, each turn anew."""
    graph = StateGraph(Deltas)
    for name in ("c", "a", "b"):
        graph.add_node(name, lambda state, name=name: {"log": [f"{name}{state['turn']}"]})
        graph.add_edge(START, name)
        graph.add_edge(name, END)
    return graph.compile(checkpointer=saver)


async def run_turns(graph: Any, turns: range) -> list[str]:
    for turn in turns:
        await graph.ainvoke({"turn": turn}, thread("t"))
    return (await graph.aget_state(thread("t"))).values["log"]


async def expected_log(turns: range) -> list[str]:
    return await run_turns(parallel_turns(InMemorySaver()), turns)


async def stored(saver: AsyncRedisSaver) -> int:
    return len([found async for found in saver.alist(thread("t"))])


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
async def test_a_delta_channel_is_rebuilt_in_order(saver: AsyncRedisSaver, durability: Any) -> None:
    graph = parallel_turns(saver)
    for turn in range(7):
        await graph.ainvoke({"turn": turn}, thread("t"), durability=durability)

    log = (await graph.aget_state(thread("t"))).values["log"]

    assert log == await expected_log(range(7))


async def test_pruning_keeps_a_delta_channels_state(saver: AsyncRedisSaver) -> None:
    graph = parallel_turns(saver)
    before = await run_turns(graph, range(8))
    count = await stored(saver)

    await saver.aprune(["t"])

    assert await stored(saver) < count
    assert (await graph.aget_state(thread("t"))).values["log"] == before == await expected_log(range(8))
    assert await run_turns(graph, range(8, 12)) == await expected_log(range(12))


async def test_retention_keeps_a_delta_channels_state(client: AsyncClient) -> None:
    saver = AsyncRedisSaver(client, options=SaverOptions(keep_last=2))
    graph = parallel_turns(saver)

    assert await run_turns(graph, range(20)) == await expected_log(range(20))
    assert await stored(saver) < 20  # of more than 40, back to the last snapshot


async def test_a_copy_keeps_a_delta_channels_state(saver: AsyncRedisSaver) -> None:
    graph = parallel_turns(saver)
    before = await run_turns(graph, range(7))

    await saver.acopy_thread("t", "copy")
    await saver.adelete_thread("t")

    assert (await graph.aget_state(thread("copy"))).values["log"] == before


async def test_deleting_a_run_keeps_the_delta_state_of_later_runs(saver: AsyncRedisSaver) -> None:
    graph = parallel_turns(saver)
    for turn in range(3):
        await graph.ainvoke({"turn": turn}, {"configurable": {"thread_id": "t", "run_id": f"run {turn}"}})
    before = (await graph.aget_state(thread("t"))).values["log"]

    await saver.adelete_for_runs(["run 0", "run 1"])

    assert (await graph.aget_state(thread("t"))).values["log"] == before


async def test_a_long_delta_history_is_read_in_several_steps(place: Place) -> None:
    for number in range(450):
        await place.put({"seed": "s"} if number == 0 else {})
        await place.write([("log", number), ("other", 0)])

    found = await place.saver.aget_delta_channel_history(
        config=thread("t"), channels=["log", "seed", "absent"]
    )

    assert [value for _, _, value in found["log"]["writes"]] == list(range(449))
    assert "seed" not in found["log"]
    assert found["seed"] == {"writes": [], "seed": "s"}
    assert found["absent"] == {"writes": []}


async def test_a_killed_redis_loses_no_step_that_it_acknowledged(own_server: RedisProcess) -> None:
    seen: list[str] = []

    def one(_: Steps) -> dict[str, Any]:
        seen.append("one")
        return {"steps": ["one"]}

    def two(_: Steps) -> dict[str, Any]:
        seen.append("two")
        if seen.count("two") == 1:
            own_server.kill()
        return {"steps": ["two"]}

    builder = StateGraph(Steps)
    builder.add_sequence([("one", one), ("two", two)])
    builder.add_edge(START, "one")
    async with AsyncRedis.from_url(own_server.url) as client:
        graph = builder.compile(checkpointer=AsyncRedisSaver(client))
        with pytest.raises(RedisError):
            await graph.ainvoke({"steps": ["in"], "constant": "c"}, thread("t"), durability="sync")
        own_server.start()

        result = await graph.ainvoke(None, thread("t"))

    assert result == {"steps": ["in", "one", "two"], "constant": "c"}
    assert seen == ["one", "two", "two"]


async def test_a_zombie_worker_cannot_go_on_with_a_graph(saver: AsyncRedisSaver) -> None:
    graph = two_steps(saver)

    def worker(token: int) -> RunnableConfig:
        return {"configurable": {"thread_id": "t", FENCING_TOKEN: token}}

    await graph.ainvoke({"steps": ["in"], "constant": "c"}, worker(1), interrupt_before=["two"])
    await saver.afence("t", 2)

    with pytest.raises(StaleFencingToken):
        await graph.ainvoke(None, worker(1), durability="sync")
    result = await graph.ainvoke(None, worker(2))
    assert result["steps"] == ["in", "one", "two"]


async def test_an_owner_that_another_follows_cannot_go_on_in_a_subgraph(saver: AsyncRedisSaver) -> None:
    seen: list[Any] = []

    async def lose_the_thread(state: Steps, config: RunnableConfig) -> dict[str, Any]:
        seen.append(config["configurable"].keys())
        await saver.afence("t", 2)
        return {"steps": ["inner"]}

    inner = StateGraph(Steps).add_sequence([lose_the_thread]).add_edge(START, "lose_the_thread").compile()
    graph = StateGraph(Steps).add_sequence([("below", inner)]).add_edge(START, "below")

    with pytest.raises(StaleFencingToken):
        await graph.compile(checkpointer=saver.holding("t", 1)).ainvoke(
            {"steps": [], "constant": "c"}, thread("t"), durability="sync"
        )
    state = await graph.compile(checkpointer=saver).aget_state(thread("t"), subgraphs=True)
    assert state.tasks[0].state.next == ("lose_the_thread",)  # type: ignore[union-attr]
    assert FENCING_TOKEN not in seen[0]


async def test_an_owner_of_a_thread_writes_to_others_without_a_token(saver: AsyncRedisSaver) -> None:
    await saver.afence("other", 2)

    graph = two_steps(saver.holding("t", 1))

    assert await graph.ainvoke({"steps": [], "constant": "c"}, thread("other"))


def test_a_blocking_saver_refuses_an_owner_that_another_follows(deployment: str) -> None:
    with RedisSaver.from_conn_string(deployment) as saver:
        saver.delete_thread("t")
        saver.fence("t", 2)
        graph = two_steps(saver)

        with pytest.raises(StaleFencingToken):
            graph.copy(update={"checkpointer": saver.holding("t", 1)}).invoke(
                {"steps": [], "constant": "c"}, thread("t")
            )


def test_a_blocking_graph_and_an_asynchronous_one_share_a_thread(deployment: str) -> None:
    with RedisSaver.from_conn_string(deployment) as blocking:
        blocking.delete_thread("t")
        graph = two_steps(blocking)
        graph.invoke({"steps": ["in"], "constant": "c"}, thread("t"), interrupt_before=["two"])

    async def go_on() -> Any:
        async with AsyncRedisSaver.from_conn_string(deployment) as saver:
            return await two_steps(saver).ainvoke(None, thread("t"))

    assert asyncio.run(go_on())["steps"] == ["in", "one", "two"]


async def test_each_saver_serves_graphs_of_the_other_kind(deployment: str, saver: AsyncRedisSaver) -> None:
    first = {"steps": ["in"], "constant": "c"}

    from_thread = await asyncio.to_thread(two_steps(saver).invoke, first, thread("thread"))
    with RedisSaver.from_conn_string(deployment) as blocking:
        in_loop = await two_steps(blocking).ainvoke(first, thread("loop"))

    assert from_thread == in_loop
    with pytest.raises(RuntimeError, match="use ainvoke"):
        saver.get_tuple(thread("thread"))
