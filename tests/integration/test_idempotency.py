"""One task has one idempotency key, however often it is begun."""

import os
from contextlib import AbstractContextManager
from typing import Any, TypedDict

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Send

from graphs.idempotency import idempotency_key
from graphs.policies import TOOL_CALLS
from tests.fixtures.loaded_process import Piped, piped
from tools.errors import Unavailable


class State(TypedDict, total=False):
    """Whether it is done."""

    done: bool


def _config(run_id: str = "run-1") -> Any:
    return {"configurable": {"thread_id": "t", "run_id": run_id}}


def _graph(node: Any) -> Any:
    graph = StateGraph(State)
    graph.add_node("node", node, retry_policy=TOOL_CALLS._replace(initial_interval=0.0, jitter=False))
    graph.add_edge(START, "node")
    return graph.compile(checkpointer=InMemorySaver())


def _worker(redis_url: str, *arguments: str) -> AbstractContextManager[Piped]:
    call = ("-m", "tests.fixtures.stamping_graph", redis_url, *arguments)
    return piped(*call, environment=os.environ, program="python")


def test_the_key_outlives_a_worker_that_is_killed_in_mid_node(redis_url: str) -> None:
    with _worker(redis_url, "begin", "hang") as killed:
        first = killed.stdout.readline()
        killed.process.kill()
    with _worker(redis_url, "resume", "end") as other:
        second = other.stdout.read()
        other.process.join(60)

    run_id, checkpoint_id, task_id = first.strip().split(":")
    assert second == first
    assert (run_id, bool(checkpoint_id), bool(task_id), other.process.exitcode) == ("run-1", True, True, 0)


async def test_the_key_is_the_same_on_every_retry() -> None:
    keys: list[str] = []

    async def node(_: State) -> State:
        keys.append(idempotency_key())
        if len(keys) < 3:
            raise Unavailable("silent")
        return {"done": True}

    await _graph(node).ainvoke({"done": False}, _config())

    assert (len(keys), len(set(keys))) == (3, 1)


async def test_another_run_of_the_thread_has_another_key() -> None:
    keys: list[str] = []

    async def node(_: State) -> State:
        keys.append(idempotency_key())
        return {"done": True}

    graph = _graph(node)
    await graph.ainvoke({"done": False}, _config("run-1"))
    await graph.ainvoke({"done": False}, _config("run-2"))

    assert [key.split(":")[0] for key in keys] == ["run-1", "run-2"]
    assert len({key.split(":")[1] for key in keys}) == 2


async def test_tasks_of_one_step_have_keys_of_their_own() -> None:
    keys: list[str] = []

    async def task(_: State) -> State:
        keys.append(idempotency_key())
        return {}

    graph = StateGraph(State)
    graph.add_node("task", task)
    graph.add_conditional_edges(START, lambda _: [Send("task", {}), Send("task", {})], ["task"])
    await graph.compile(checkpointer=InMemorySaver()).ainvoke({"done": False}, _config())

    assert len(set(keys)) == 2


async def test_side_effects_of_one_node_are_told_apart_by_their_part() -> None:
    keys: list[str] = []

    async def node(_: State) -> State:
        keys.extend([idempotency_key(), idempotency_key("mail")])
        return {"done": True}

    await _graph(node).ainvoke({"done": False}, _config())

    assert keys[1] == f"{keys[0]}:mail"


def test_outside_a_node_there_is_no_key() -> None:
    with pytest.raises(RuntimeError):
        idempotency_key()
