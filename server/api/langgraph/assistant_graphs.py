"""What an assistant's graph looks like, for those who draw it or make forms of it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from server.api.body import JsonRoute
from server.api.deps import Open
from server.api.langgraph.answers import json_answer
from server.api.langgraph.assistants import AssistantId
from server.runs.graph_schemas import drawing, schemas, subgraph_schemas
from tools.errors import InvalidInput

router = APIRouter(prefix="/assistants/{assistant_id}", tags=["assistants"], route_class=JsonRoute)


@router.get("/graph")
async def get_graph(
    assistant_id: str,
    resources: Open,
    xray: Annotated[str, Query(description="Look into subgraphs: true, false, or how deep.")] = "false",
) -> Response:
    """Nodes and edges; the id may be a graph's, too."""
    assistant = await resources.assistants.resolve(assistant_id)
    served = resources.catalog.find(assistant.graph_id)
    async with served.open("assistants.read", config=assistant.config) as graph:
        return json_answer(await drawing(graph, _depth(xray)))


@router.get("/schemas")
async def get_schemas(assistant_id: AssistantId, resources: Open) -> Response:
    """JSON schemas of input, output, state, config and context; null for types that have none."""
    assistant = await resources.assistants.resolve(assistant_id)
    served = resources.catalog.find(assistant.graph_id)
    async with served.open("assistants.read", config=assistant.config) as graph:
        return json_answer({"graph_id": assistant.graph_id, **schemas(graph)})


@router.get("/subgraphs")
async def get_subgraphs(assistant_id: AssistantId, resources: Open, recurse: bool = False) -> Response:
    """The same of every subgraph, by namespace."""
    return await _subgraphs(resources, assistant_id, None, recurse=recurse)


@router.get("/subgraphs/{namespace}")
async def get_subgraph(
    assistant_id: AssistantId, namespace: str, resources: Open, recurse: bool = False
) -> Response:
    """The same of the subgraphs below a namespace."""
    return await _subgraphs(resources, assistant_id, namespace, recurse=recurse)


async def _subgraphs(resources: Open, assistant_id: str, namespace: str | None, *, recurse: bool) -> Response:
    assistant = await resources.assistants.resolve(assistant_id)
    served = resources.catalog.find(assistant.graph_id)
    async with served.open("assistants.read", config=assistant.config) as graph:
        return json_answer(await subgraph_schemas(graph, namespace, recurse=recurse))


def _depth(xray: str) -> bool | int:
    """Raises InvalidInput."""
    text = xray.strip().lower()
    if text in ("true", "false"):
        return text == "true"
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise InvalidInput("Invalid xray value", hint="Send true, false, or a number above 0.", code="bad_xray")
