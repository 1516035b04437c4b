"""The assistants that a caller may see, as tools of the Model Context Protocol."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from server.db.models import Assistant
from server.db.repositories.assistants import AssistantFilter
from server.resources import Resources
from server.runs.catalog import ServedGraph
from server.runs.input_schema import input_schema

LONGEST = 64  # characters of a name that model providers take

_HINTS = {"readOnlyHint": False, "destructiveHint": False, "idempotentHint": False, "openWorldHint": True}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """An assistant by the name that calls it."""

    name: str
    assistant: Assistant
    graph: ServedGraph

    async def to_json(self) -> dict[str, Any]:
        """The tool as clients list it."""
        assistant, graph = self.assistant, self.graph
        is_default = assistant.assistant_id == graph.assistant_id
        async with graph.open("assistants.read") as opened:
            schema = input_schema(opened)
        return {
            "name": self.name,
            "title": graph.title if is_default else assistant.name,
            "description": assistant.description or f"Tool based on the {assistant.name} assistant",
            "inputSchema": schema,
            "annotations": _HINTS,
        }


async def visible_tools(resources: Resources) -> list[Tool]:
    """A tool for every assistant that the caller may see, the newest first, as assistants are listed."""
    rows = await resources.assistants.search(AssistantFilter(), limit=None)
    served = [(row, graph) for row in rows if (graph := resources.catalog.by_id(row.graph_id)) is not None]
    names = _names([row for row, _ in served])
    return [Tool(name=names[row.assistant_id], assistant=row, graph=graph) for row, graph in served]


def _names(newest_first: Sequence[Assistant]) -> dict[str, str]:
    """Names of tools by the assistants' ids: of assistants with one name, the oldest has it for itself."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for row in reversed(newest_first):
        name = next(choice for choice in _choices(row) if choice not in taken)
        taken.add(name)
        names[row.assistant_id] = name
    return names


def _choices(assistant: Assistant) -> Iterator[str]:
    """The name that an assistant should have, and those for it when others have that."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", assistant.name)
    yield plain[:LONGEST]
    for suffix in chain((assistant.assistant_id[:8],), map(str, count(2))):
        yield f"{plain[: LONGEST - len(suffix) - 1]}_{suffix}"
