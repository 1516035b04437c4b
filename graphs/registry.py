"""Every graph of the service; a test holds this equal to langgraph.json."""

from collections.abc import Mapping
from typing import Any

from graphs.jobs import JOBS, Compiled, GraphEntry
from tools.errors import NotFound

_ASSISTANT = GraphEntry(
    graph_id="assistant",
    title="A conversation that has the jobs done",
    description="Asks for what is missing, starts jobs once they are confirmed, answers from results.",
    checking="state",
)

GRAPHS: Mapping[str, GraphEntry] = {_ASSISTANT.graph_id: _ASSISTANT, **JOBS}


def graph(graph_id: str, **options: Any) -> Compiled:
    """A graph, ready to be called in this process.

    Args:
        graph_id: Of GRAPHS.
        options: Of LangGraph's ``compile``, such as ``checkpointer`` and ``store``.

    Raises:
        NotFound: There is no such graph; the message names those that there are.
    """
    entry = GRAPHS.get(graph_id)
    if entry is None:
        raise NotFound(f"there is no graph {graph_id!r}", hint=f"The graphs are: {', '.join(GRAPHS)}.")
    builder: Any = entry.graph.builder  # LangGraph leaves its options' types open
    return builder.compile(**options)
