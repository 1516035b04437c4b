"""What a run or thread holds when somebody asks for it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.types import StateSnapshot

from server.db.models import Run, Thread
from server.runs.catalog import AnyGraph, GraphCatalog


@dataclass(frozen=True, kw_only=True)
class StateReader:
    """Reads threads' states through their graphs."""

    catalog: GraphCatalog

    async def snapshot(self, thread: Thread) -> StateSnapshot | None:
        """A thread's latest state; None before its first run."""
        graph_id = thread.meta.get("graph_id")
        if graph_id is None:
            return None
        config = _config(thread.thread_id)
        async with self.catalog.find(graph_id).open("threads.read", config=config) as graph:
            return await graph.aget_state(config)

    async def values(self, run: Run, checkpoint_id: str | None) -> Any:
        """A run's values at one checkpoint, the latest without or when that one is gone."""
        async with self._opened(run) as (graph, config):
            if checkpoint_id is not None:
                state = await graph.aget_state(
                    {"configurable": {"thread_id": run.thread_id, "checkpoint_id": checkpoint_id}}
                )
                if state.metadata is not None:
                    return output_values(graph, state.values)
            return output_values(graph, (await graph.aget_state(config)).values)

    async def left_by(self, run: Run) -> Any:
        """A run's values at the last checkpoint that it has made; None when there is none (any more)."""
        async with self._opened(run) as (graph, config):
            async for state in graph.aget_state_history(config, filter={"run_id": run.run_id}, limit=1):
                return output_values(graph, state.values)
        return None

    async def found_by(self, run: Run) -> Any:
        """The values that a run began with; None when it has made no checkpoint, or its first is gone."""
        async with self._opened(run) as (graph, config):
            history = graph.aget_state_history(config, filter={"run_id": run.run_id})
            made = [state async for state in history]
            if not made:
                return None
            before = made[-1].parent_config
            return output_values(graph, (await graph.aget_state(before)).values if before else {})

    @asynccontextmanager
    async def _opened(self, run: Run) -> AsyncGenerator[tuple[AnyGraph, RunnableConfig]]:
        config = _config(run.thread_id)
        async with self.catalog.find(run.graph_id).open("threads.read", config=config) as graph:
            yield graph, config

    async def output(self, run: Run) -> dict[str, Any]:
        """A run's outcome, as the API's wait and join return it: values, interrupts, or the error."""
        if run.error is not None:
            return {"__error__": run.error}
        async with self._opened(run) as (graph, config):
            state = await graph.aget_state(config)
            values = output_values(graph, state.values)
        return values | ({"__interrupt__": list(state.interrupts)} if state.interrupts else {})


def output_values(graph: AnyGraph, values: Any) -> Any:
    """The part of a graph's state that is its output."""
    channels = graph.output_channels
    if isinstance(channels, str) or not isinstance(values, dict):
        return values
    return {key: value for key, value in cast("dict[str, Any]", values).items() if key in channels}


def _config(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id}}
