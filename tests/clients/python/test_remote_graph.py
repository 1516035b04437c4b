"""LangGraph's RemoteGraph: a graph of this service as if it were local."""

import operator
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.pregel.remote import RemoteGraph
from langgraph.types import Command
from langgraph_sdk import get_client, get_sync_client

from tests.clients.python.calls import HELLO
from tests.conftest import Server

Remote = Callable[[str], RemoteGraph]


@pytest.fixture
async def remote(conformance_server: Server) -> AsyncIterator[Remote]:
    """Makes remote graphs, with clients that are closed at the end."""
    url = conformance_server.url
    async with get_client(url=url) as client:
        with get_sync_client(url=url) as sync_client:
            yield lambda name: RemoteGraph(name, client=client, sync_client=sync_client)


@pytest.fixture
def agent(remote: Remote) -> RemoteGraph:
    return remote("agent")


@pytest.fixture
def config(conformance_server: Server) -> RunnableConfig:
    """A new thread's."""
    with get_sync_client(url=conformance_server.url) as client:
        return {"configurable": {"thread_id": client.threads.create()["thread_id"]}}


async def test_it_is_invoked(agent: RemoteGraph, config: RunnableConfig) -> None:
    assert agent.invoke(HELLO, config)["steps"] == ["model", "after"]
    assert (await agent.ainvoke(HELLO))["steps"] == ["model", "after"]


async def test_it_is_streamed_in_modes(agent: RemoteGraph, config: RunnableConfig) -> None:
    told = list(agent.stream(HELLO, config, stream_mode=["updates", "custom", "messages"]))
    later = [part[0] async for part in agent.astream(HELLO, stream_mode=["updates", "custom"])]

    assert {part[0] for part in told} == {"updates", "custom", "messages"}
    assert later == ["custom", "custom", "updates", "updates"]


def test_it_is_streamed_with_its_subgraphs(remote: Remote) -> None:
    stream = remote("parent").stream(HELLO, stream_mode="updates", subgraphs=True)

    told = [namespace for namespace, _ in stream]

    assert any(namespace and namespace[0].startswith("child:") for namespace in told)


def test_its_events_are_streamed(agent: RemoteGraph) -> None:
    config: RunnableConfig = {"configurable": {"thread_id": str(uuid.uuid4())}}
    with agent.stream_events(HELLO, config, version="v3") as run:
        words = ["".join(message.text) for message in run.messages]
        output = run.output

    assert words == ["Hello from fake model"]
    assert output["steps"] == ["model", "after"]


async def test_its_events_are_streamed_while_awaited(agent: RemoteGraph) -> None:
    async with await agent.astream_events(HELLO, version="v3") as run:
        values = [value async for value in run.values]

    assert values[-1]["steps"] == ["model", "after"]


async def test_its_updates_are_streamed(agent: RemoteGraph) -> None:
    async with await agent.astream_events(HELLO, version="v3") as run:
        nodes = [update["node"] async for update in run.extensions["updates"]]

    assert nodes == ["model", "after"]


async def test_its_state_is_read_changed_and_remembered(agent: RemoteGraph, config: RunnableConfig) -> None:
    agent.invoke(HELLO, config)

    agent.update_state(config, {"steps": ["mine"]}, as_node="model")
    await agent.aupdate_state(config, {"steps": ["too"]}, as_node="model")
    state = agent.get_state(config)
    history = list(agent.get_state_history(config, limit=2))

    assert state.values["steps"] == ["model", "after", "mine", "too"]
    assert state.next == ("after",)
    assert history[0].config == state.config == (await agent.aget_state(config)).config
    assert len(history) == len([each async for each in agent.aget_state_history(config, limit=2)]) == 2


async def test_it_is_drawn(agent: RemoteGraph) -> None:
    assert set(agent.get_graph().nodes) == set((await agent.aget_graph()).nodes) >= {"model", "after"}


def test_its_question_is_answered(remote: Remote, config: RunnableConfig) -> None:
    hitl = remote("hitl")
    *_, asked = hitl.stream({"steps": []}, config, stream_mode="updates")
    answered = hitl.invoke(Command(resume="yes"), config)

    assert "approve?" in str(asked["__interrupt__"])
    assert answered["answer"] == "yes"


def test_it_is_a_node_of_another_graph(agent: RemoteGraph) -> None:
    class State(TypedDict, total=False):
        messages: list[Any]
        steps: Annotated[list[str], operator.add]

    graph = StateGraph(State)
    graph.add_node("remote", agent)
    graph.add_edge(START, "remote")
    graph.add_edge("remote", END)

    result = graph.compile().invoke(HELLO)

    assert result["steps"] == ["model", "after"]
    assert result["messages"][-1]["content"] == "Hello from fake model"
