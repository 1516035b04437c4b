"""Graphs that do as little as can be, so that what is measured is the service around them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langgraph.graph import END, START, StateGraph


class TokenModel(BaseChatModel):
    """A model that streams made-up tokens natively, each after a turn of the event loop or a pause."""

    tokens: int
    pause: float = 0.0  #: Seconds.

    @property
    def _llm_type(self) -> str:
        return "tokens"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        raise NotImplementedError("it only streams")

    async def _astream(
        self, messages: list[BaseMessage], *_: Any, **__: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        for number in range(self.tokens):
            await asyncio.sleep(self.pause)
            yield ChatGenerationChunk(message=AIMessageChunk(f" token{number}"))


class Talking(TypedDict, total=False):
    """How much a model says."""

    tokens: int
    pause: float
    said: int


async def talk(state: Talking) -> Talking:
    answer = await TokenModel(tokens=state["tokens"], pause=state.get("pause", 0.0)).ainvoke("Go on.")
    return {"said": len(answer.content)}


class Sleeping(TypedDict, total=False):
    """How long a node takes that does nothing."""

    seconds: float
    slept: bool


async def sleep(state: Sleeping) -> Sleeping:
    await asyncio.sleep(state.get("seconds", 0))
    return {"slept": True}


def build_tokens() -> StateGraph[Talking]:
    """One node, in which a model talks."""
    graph = StateGraph(Talking)
    graph.add_node(talk)
    graph.add_edge(START, "talk")
    graph.add_edge("talk", END)
    return graph


def build_sleeper() -> StateGraph[Sleeping]:
    graph = StateGraph(Sleeping)
    graph.add_node(sleep)
    graph.add_edge(START, "sleep")
    graph.add_edge("sleep", END)
    return graph


class Walking(TypedDict, total=False):
    """How many nodes a run has passed."""

    passed: int


STEPS = 20


async def step(state: Walking) -> Walking:
    return {"passed": state.get("passed", 0) + 1}


def build_steps() -> StateGraph[Walking]:
    """Nodes one after the other, each of which counts."""
    graph = StateGraph(Walking)
    names = [f"step{number}" for number in range(STEPS)]
    for name in names:
        graph.add_node(name, step)
    for before, after in zip([START, *names], [*names, END], strict=True):
        graph.add_edge(before, after)
    return graph


tokens = build_tokens()
sleeper = build_sleeper()
quick = build_sleeper()
steps = build_steps()
