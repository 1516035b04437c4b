"""An agent's card: what other agents read before they call it."""

from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from server.api.deps import Open
from server.api.langgraph.answers import json_answer
from server.runs.catalog import ServedGraph
from server.runs.input_schema import input_schema

router = APIRouter(tags=["a2a"], include_in_schema=False)  # as in the official document

_MEDIA_TYPES = ["application/json", "text/plain"]
Card = dict[str, Any]


@router.get("/.well-known/agent-card.json")
async def card_by_query(request: Request, resources: Open, assistant_id: Annotated[str, Query()]) -> Response:
    """The card of an assistant."""
    return json_answer(card(resources.catalog.find(assistant_id), str(request.base_url)))


@router.get("/a2a/{assistant_id}/.well-known/agent-card.json")
@router.get("/a2a/{assistant_id}/.well-known/agent.json")
async def card_by_path(request: Request, resources: Open, assistant_id: str) -> Response:
    """The card of an assistant, at the places where clients look below its address."""
    return json_answer(card(resources.catalog.find(assistant_id), str(request.base_url)))


def card(graph: ServedGraph, base_url: str) -> Card:
    """The card of a graph on a server at this address."""
    url = f"{base_url.rstrip('/')}/a2a/{graph.assistant_id}"
    described = graph.description or f"{graph.graph_id} assistant"
    schema = input_schema(graph.graph)
    properties: Card = schema.get("properties") or {}
    shape = {
        "required": sorted(schema.get("required") or []),
        "properties": sorted(properties),
        "supportsA2A": "messages" in properties,
    }
    return {
        "name": graph.graph_id,
        "description": described,
        "url": url,
        "preferredTransport": "JSONRPC",
        "protocolVersion": "0.3.0",
        "supportedInterfaces": [{"url": url, "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}],
        "capabilities": {
            "streaming": True,
            "pushNotifications": False,
            "stateTransitionHistory": False,
            "extensions": [],
        },
        "defaultInputModes": _MEDIA_TYPES,
        "defaultOutputModes": _MEDIA_TYPES,
        "skills": [
            {
                "id": f"{graph.assistant_id}-main",
                "name": f"{graph.graph_id} Capabilities",
                "description": described,
                "tags": ["assistant", "langgraph"],
                "examples": [],
                "inputModes": _MEDIA_TYPES,
                "outputModes": _MEDIA_TYPES,
                "metadata": {"inputSchema": shape},
            }
        ],
        "version": version("scriptorium-service"),
    }
