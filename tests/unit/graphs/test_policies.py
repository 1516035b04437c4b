"""When a node is tried again, and when its time is up."""

import asyncio
from typing import Any, TypedDict

import httpx
import pytest
import redis
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import GraphDrained, NodeTimeoutError
from langgraph.graph import START, StateGraph
from langgraph.types import RetryPolicy, TimeoutPolicy, interrupt

from graphs import policies
from graphs.characters.graph import build
from tools.errors import (
    ErrorCategory,
    InvalidInput,
    ModelRefused,
    ModelUnavailable,
    ServiceError,
    Unavailable,
)

_REQUEST = httpx.Request("GET", "http://far.side/")


class State(TypedDict, total=False):
    """Nothing to speak of."""

    done: bool


def _at_once(policy: RetryPolicy) -> RetryPolicy:
    return policy._replace(initial_interval=0.0, jitter=False)


def _graph(node: Any, policy: RetryPolicy, timeout: TimeoutPolicy | None = None) -> Any:
    graph = StateGraph(State)
    graph.add_node("node", node, retry_policy=_at_once(policy), timeout=timeout)
    graph.add_edge(START, "node")
    return graph.compile(checkpointer=InMemorySaver())


async def _attempts(error: BaseException, policy: RetryPolicy) -> int:
    """How often a node is tried that always fails like this."""
    attempts = 0

    async def node(_: State) -> State:
        nonlocal attempts
        attempts += 1
        raise error

    with pytest.raises(type(error)):
        await _graph(node, policy).ainvoke({"done": False}, {"configurable": {"thread_id": "t"}})
    return attempts


def _status(code: int) -> httpx.HTTPStatusError:
    return httpx.HTTPStatusError("x", request=_REQUEST, response=httpx.Response(code, request=_REQUEST))


@pytest.mark.parametrize(
    "error",
    [
        ModelUnavailable("busy", category=ErrorCategory.RATE_LIMIT),
        Unavailable("silent"),
        ConnectionResetError(),
        TimeoutError(),
        httpx.ConnectError("x"),
        httpx.ReadTimeout("x"),
        _status(503),
        redis.ConnectionError("x"),
        redis.exceptions.BusyLoadingError("x"),
        redis.TimeoutError("x"),
        ExceptionGroup("both", [TimeoutError(), Unavailable("silent")]),
        NodeTimeoutError("node", 1.0, kind="run", run_timeout=1.0),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_pass_the_next_time_is_transient(error: Exception) -> None:
    assert policies.is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        InvalidInput("wrong"),
        ModelRefused("no key"),
        ModelRefused("filtered", category=ErrorCategory.CONTENT_FILTER),
        ServiceError("odd", category=ErrorCategory.CONFLICT),
        KeyError("typo"),
        AttributeError("typo"),
        ValueError("x"),
        FileNotFoundError("x"),
        httpx.UnsupportedProtocol("x"),
        _status(404),
        redis.ResponseError("x"),
        redis.AuthenticationError("x"),
        ExceptionGroup("both", [TimeoutError(), KeyError("typo")]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_fails_again_is_not_transient(error: Exception) -> None:
    assert not policies.is_transient(error)


@pytest.mark.parametrize(
    ("policy", "attempts"), [(policies.TOOL_CALLS, 3), (policies.LONG_STAGES, 5), (policies.WEB_APIS, 4)]
)
async def test_a_transient_failure_is_retried_as_often_as_its_policy_says(
    policy: RetryPolicy, attempts: int
) -> None:
    assert await _attempts(Unavailable("silent"), policy) == attempts


@pytest.mark.parametrize(
    "error",
    [InvalidInput("wrong"), KeyError("typo"), GraphDrained("stop")],
    ids=lambda error: type(error).__name__,
)
async def test_a_failure_that_stays_is_not_retried(error: Exception) -> None:
    assert await _attempts(error, policies.TOOL_CALLS) == 1


async def test_a_node_that_passes_later_ends_well() -> None:
    left = [Unavailable("silent"), Unavailable("silent")]

    async def node(_: State) -> State:
        if left:
            raise left.pop()
        return {"done": True}

    config = {"configurable": {"thread_id": "t"}}

    assert await _graph(node, policies.TOOL_CALLS).ainvoke({}, config) == {"done": True}


async def test_an_interrupt_is_asked_once_and_not_retried() -> None:
    asked = 0

    async def node(_: State) -> State:
        nonlocal asked
        asked += 1
        return {"done": interrupt("Go on?")}

    state = await _graph(node, policies.LONG_STAGES).ainvoke({}, {"configurable": {"thread_id": "t"}})

    assert (asked, len(state["__interrupt__"])) == (1, 1)


async def test_a_cancelled_node_is_not_retried() -> None:
    attempts, begun = 0, asyncio.Event()

    async def node(_: State) -> State:
        nonlocal attempts
        attempts += 1
        begun.set()
        await asyncio.Event().wait()
        return {}

    graph = _graph(node, policies.LONG_STAGES, policies.MODEL_TIME)
    running = asyncio.create_task(graph.ainvoke({"done": False}, {"configurable": {"thread_id": "t"}}))
    await begun.wait()
    running.cancel()
    await asyncio.wait([running])

    assert (running.cancelled(), attempts) == (True, 1)


@pytest.mark.parametrize(
    "limits", [TimeoutPolicy(run_timeout=0.2), TimeoutPolicy(idle_timeout=0.2)], ids=["run", "idle"]
)
async def test_a_node_that_hangs_is_stopped_and_tried_once_more(limits: TimeoutPolicy) -> None:
    attempts = 0

    async def node(_: State) -> State:
        nonlocal attempts
        attempts += 1
        await asyncio.Event().wait()
        return {}

    with pytest.raises(NodeTimeoutError):
        await _graph(node, policies.STALLS, limits).ainvoke(
            {"done": False}, {"configurable": {"thread_id": "t"}}
        )

    assert attempts == 2


async def test_a_node_whose_calls_are_repeated_by_their_tool_is_not_repeated_itself() -> None:
    assert await _attempts(ModelUnavailable("down"), policies.STALLS) == 1


@pytest.mark.parametrize("name", ["name_window", "pair_window", "speaker_window"])
def test_every_node_that_asks_the_model_has_an_idle_limit(name: str) -> None:
    node = build().nodes[name]

    assert node.timeout == TimeoutPolicy.coerce(policies.MODEL_TIME)
    assert node.retry_policy == policies.STALLS


def test_no_node_of_the_characters_graph_may_run_without_end() -> None:
    assert [name for name, node in build().nodes.items() if node.timeout is None] == []


@pytest.mark.parametrize(
    ("policy", "numbers"),
    [
        (policies.TOOL_CALLS, (1.0, 2.0, 30.0, 3, True)),
        (policies.LONG_STAGES, (2.0, 1.5, 120.0, 5, True)),
        (policies.WEB_APIS, (0.5, 2.0, 10.0, 4, True)),
    ],
)
def test_the_named_policies_have_the_numbers_that_jobs_rely_on(
    policy: RetryPolicy, numbers: tuple[Any, ...]
) -> None:
    assert policy[:5] == numbers
