"""The graphs that this server runs, and the assistant that each one has by default."""

import gc
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid5

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import StateGraph
from langgraph.pregel import Pregel
from langgraph.store.base import BaseStore

from graphs.registry import GRAPHS
from server.runs.factories import AccessContext, GraphAccess, GraphFactory
from server.runs.importing import load_object
from server.runs.langgraph_json import GraphSpec, read_langgraph_json
from server.runs.once import Once
from server.store.owned import nobodys, store_of
from tools.errors import InvalidInput, NotFound

logger = logging.getLogger(__name__)

AnyGraph = Pregel[Any, Any, Any, Any]
ASSISTANT_NAMESPACE = UUID("6ba7b821-9dad-11d1-80b4-00c04fd430c8")  # as the official server derives them


class NoGraph(InvalidInput):
    """A factory made something else than a graph."""

    code = "factory_made_no_graph"


@dataclass(frozen=True, kw_only=True)
class ServedGraph:
    """One graph, ready to run.

    Args:
        name: Of its default assistant.
        source: The graph, or what makes it for each access.
        finish: Gives a graph our checkpointer, our store and its name.
        has_accounts: Whether the store has a part for each account, of which reading for nobody shows none.
    """

    graph_id: str
    title: str
    description: str
    name: str
    source: Once[AnyGraph | GraphFactory]
    finish: Callable[[Any], AnyGraph]
    store: BaseStore | None = None
    has_accounts: bool = False
    check_input: Callable[[object], Awaitable[None]] | None = (
        None  #: Raises for an input that cannot succeed.
    )

    @property
    def assistant_id(self) -> str:
        """The id of the graph's default assistant."""
        return str(uuid5(ASSISTANT_NAMESPACE, self.graph_id))

    @asynccontextmanager
    async def open(
        self,
        reason: AccessContext,
        *,
        config: Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[AnyGraph]:
        """The graph for one access; a factory is called for it.

        Args:
            reason: What it is opened for.
            config: The run's or thread's configuration.
            context: The run's context.

        Raises:
            NoGraph: The factory made something else.
        """
        access = GraphAccess(reason=reason, config=config or {}, context=context)
        store = store_of(access.user, self.store)
        if self.has_accounts and access.user is None and reason != "threads.create_run":
            store = nobodys(self.store)
        own: dict[str, Any] = {} if store is self.store else {"store": store}
        source = await self.source.get()
        if not isinstance(source, GraphFactory):
            yield source.copy(update=own) if own else source
            return
        async with AsyncExitStack() as stack:
            graph = self.finish(await source.enter(stack, access, store))
            yield graph.copy(update=own) if own else graph


class GraphCatalog:
    """Finds graphs by their id or their default assistant's."""

    def __init__(self, graphs: Mapping[str, ServedGraph]) -> None:
        self._by_id = dict(graphs)
        self._by_assistant = {graph.assistant_id: graph for graph in graphs.values()}

    def __iter__(self) -> Iterator[ServedGraph]:
        return iter(self._by_id.values())

    @property
    def is_loaded(self) -> bool:
        """Whether no graph's code has still to be loaded."""
        return all(graph.source.is_made for graph in self)

    async def load(self) -> None:
        """Load what is not yet: nobody waits for it now."""
        if self.is_loaded:
            return
        for graph in self:
            await graph.source.get()
        gc.freeze()  # what was loaded just now would be looked through in every full collection

    def by_id(self, graph_id: str) -> ServedGraph | None:
        """A graph by its id."""
        return self._by_id.get(graph_id)

    def is_default(self, assistant: str) -> bool:
        """Whether an assistant is one that a graph has by default; given by either id."""
        return assistant in self._by_id or assistant.lower() in self._by_assistant

    def find(self, assistant: str) -> ServedGraph:
        """The graph of a default assistant.

        Args:
            assistant: A graph's id or its default assistant's UUID.

        Raises:
            NotFound: For a UUID that is no assistant's.
            InvalidInput: For a name that is no graph's.
        """
        found = self._by_id.get(assistant) or self._by_assistant.get(assistant.lower())
        if found is not None:
            return found
        raise self.unknown(assistant)

    def unknown(self, assistant: str) -> NotFound | InvalidInput:
        """The failure of whoever asks for an assistant that is not there."""
        names = ", ".join(self._by_id)
        if _is_uuid(assistant):
            return NotFound(
                "Thread or assistant not found.",
                hint=f"Give one of the registered graphs: {names}.",
                code="unknown_assistant",
            )
        return InvalidInput(
            f"Invalid assistant: {assistant!r}. Must be either:\n- A valid assistant UUID, or\n"
            f"- One of the registered graphs: {names}",
            hint="GET /api/v1/graphs lists them.",
            code="unknown_graph",
        )


def load_catalog(
    config: Path | None,
    checkpointer: BaseCheckpointSaver[str],
    store: BaseStore | None = None,
    *,
    has_accounts: bool = False,
) -> GraphCatalog:
    """All graphs, with this checkpointer and store.

    Args:
        config: A langgraph.json whose project was entered; None for the graphs of this project.
        store: What nodes get as ``runtime.store``.
        has_accounts: Whether each account has a part of it.

    Raises:
        InvalidInput: When the file or a graph that it names cannot be loaded.
    """
    if config is None:
        graphs = [_own_graph(graph_id, checkpointer, store) for graph_id in GRAPHS]
    else:
        declared = read_langgraph_json(config).graphs.items()
        graphs = [_configured_graph(config, *pair, checkpointer, store) for pair in declared]
    return GraphCatalog({graph.graph_id: replace(graph, has_accounts=has_accounts) for graph in graphs})


def _own_graph(graph_id: str, checkpointer: BaseCheckpointSaver[str], store: BaseStore | None) -> ServedGraph:
    entry = GRAPHS[graph_id]
    finish = partial(_finished, graph_id=graph_id, checkpointer=checkpointer, store=store)
    return ServedGraph(
        graph_id=entry.graph_id,
        title=entry.title,
        description=entry.description,
        name=graph_id,
        source=Once(lambda: finish(entry.graph)),
        finish=finish,
        store=store,
        check_input=entry.check_input,
    )


def _configured_graph(
    config: Path,
    graph_id: str,
    spec: GraphSpec,
    checkpointer: BaseCheckpointSaver[str],
    store: BaseStore | None,
) -> ServedGraph:
    found = load_object(config, spec.path, f"graph {graph_id!r}")
    finish = partial(_finished, graph_id=graph_id, checkpointer=checkpointer, store=store)
    if not isinstance(found, Pregel | StateGraph) and not callable(found):
        raise InvalidInput(
            f"{config}: graph {graph_id!r}: {spec.path!r} is neither a graph nor a factory of graphs.",
            hint="Name a compiled graph, a StateGraph, or a function that returns one.",
            code="invalid_config",
        )
    is_graph = isinstance(found, Pregel | StateGraph)
    source: AnyGraph | GraphFactory = finish(found) if is_graph else GraphFactory.of(found)
    return ServedGraph(
        graph_id=graph_id,
        title=graph_id,
        description=spec.description or "",
        name=graph_id if isinstance(source, GraphFactory) else source.get_name(),
        source=Once[AnyGraph | GraphFactory].of(source),
        finish=finish,
        store=store,
    )


def _finished(
    built: Any, *, graph_id: str, checkpointer: BaseCheckpointSaver[str], store: BaseStore | None
) -> AnyGraph:
    if isinstance(built, StateGraph):
        return built.compile(checkpointer=checkpointer, store=store, name=graph_id)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - any state
    if not isinstance(built, Pregel):
        raise NoGraph(
            f"The factory of graph {graph_id!r} made a {type(built).__name__}, no graph.",
            hint="Return or yield a compiled graph or a StateGraph.",
        )
    graph = cast("AnyGraph", built)
    has_own = cast("Any", graph).checkpointer not in (None, True, False, checkpointer)
    if has_own or graph.store not in (None, store):
        logger.info("Graph %s: the server's checkpointer and store take the place of its own", graph_id)
    ours: dict[str, Any] = {"checkpointer": checkpointer, "name": _name(graph, graph_id)}
    return graph.copy(update=ours | ({"store": store} if store is not None else {}))


def _name(graph: AnyGraph, graph_id: str) -> str:
    """The graph's own name; "LangGraph" is what a graph is called that has none."""
    return graph_id if graph.name in (None, "LangGraph") else graph.name


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
