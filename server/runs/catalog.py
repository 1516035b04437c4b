"""The graphs that this server runs, and the assistant that each one has by default."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import StateGraph
from langgraph.pregel import Pregel
from langgraph.store.base import BaseStore

from graphs.registry import GRAPHS
from server.runs.langgraph_json import read_langgraph_json
from tools.errors import InvalidInput, NotFound

AnyGraph = Pregel[Any, Any, Any, Any]
ASSISTANT_NAMESPACE = UUID("6ba7b821-9dad-11d1-80b4-00c04fd430c8")  # as the official server derives them


@dataclass(frozen=True, kw_only=True)
class ServedGraph:
    """One graph, ready to run."""

    graph_id: str
    title: str
    description: str
    graph: AnyGraph
    check_input: Callable[[object], Awaitable[None]] | None = (
        None  #: Raises for an input that cannot succeed.
    )

    @property
    def assistant_id(self) -> str:
        """The id of the graph's default assistant."""
        return str(uuid5(ASSISTANT_NAMESPACE, self.graph_id))


class GraphCatalog:
    """Finds graphs by their id or their assistant's."""

    def __init__(self, graphs: Mapping[str, ServedGraph]) -> None:
        self._by_id = dict(graphs)
        self._by_assistant = {graph.assistant_id: graph for graph in graphs.values()}

    def __iter__(self) -> Any:
        return iter(self._by_id.values())

    def find(self, assistant: str) -> ServedGraph:
        """The graph of an assistant.

        Args:
            assistant: A graph's id or an assistant's UUID.

        Raises:
            NotFound: For a UUID that is no assistant's.
            InvalidInput: For a name that is no graph's.
        """
        found = self._by_id.get(assistant) or self._by_assistant.get(assistant.lower())
        if found is not None:
            return found
        names = ", ".join(self._by_id)
        if _is_uuid(assistant):
            raise NotFound(
                "Thread or assistant not found.",
                hint=f"Give one of the registered graphs: {names}.",
                code="unknown_assistant",
            )
        raise InvalidInput(
            f"Invalid assistant: {assistant!r}. Must be either:\n- A valid assistant UUID, or\n"
            f"- One of the registered graphs: {names}",
            hint="GET /api/v1/graphs lists them.",
            code="unknown_graph",
        )


def load_catalog(
    config: Path | None, checkpointer: BaseCheckpointSaver[str], store: BaseStore | None = None
) -> GraphCatalog:
    """All graphs, compiled with this checkpointer.

    Args:
        config: A langgraph.json; None for the graphs of this project.
        store: What nodes get as ``runtime.store``.

    Raises:
        InvalidInput: When the file or a graph that it names cannot be loaded.
    """
    graphs = _own_graphs(checkpointer) if config is None else _configured_graphs(config, checkpointer)
    return GraphCatalog({graph.graph_id: _with_store(graph, store) for graph in graphs})


def _with_store(served: ServedGraph, store: BaseStore | None) -> ServedGraph:
    return replace(served, graph=served.graph.copy(update={"store": store}))


def _own_graphs(checkpointer: BaseCheckpointSaver[str]) -> list[ServedGraph]:
    return [
        ServedGraph(
            graph_id=entry.graph_id,
            title=entry.title,
            description=entry.description,
            graph=_with_checkpointer(entry.build(), entry.graph_id, checkpointer),
            check_input=entry.check_input,
        )
        for entry in GRAPHS.values()
    ]


def _configured_graphs(config: Path, checkpointer: BaseCheckpointSaver[str]) -> list[ServedGraph]:
    return [
        ServedGraph(
            graph_id=declared.graph_id,
            title=declared.graph_id,
            description=declared.description,
            graph=_with_checkpointer(declared.load(), declared.graph_id, checkpointer),
        )
        for declared in read_langgraph_json(config)
    ]


def _with_checkpointer(built: Any, name: str, checkpointer: BaseCheckpointSaver[str]) -> AnyGraph:
    if isinstance(built, StateGraph):
        return built.compile(checkpointer=checkpointer, name=name)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - any state
    return built.copy(update={"checkpointer": checkpointer, "name": name})


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
