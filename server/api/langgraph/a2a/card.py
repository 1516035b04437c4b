"""An agent's card: what other agents read before they call it."""

from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from server.api.deps import Open
from server.api.langgraph.a2a.view import SCOPE_HEADER, SCOPES, View
from server.api.langgraph.answers import json_answer
from server.resources import Resources
from server.runs.assistants import ResolvedAssistant
from server.runs.input_schema import input_schema

router = APIRouter(tags=["a2a"], include_in_schema=False)  # as in the official document

_MEDIA_TYPES = ["application/json", "text/plain"]
Card = dict[str, Any]

_HISTORY_SCOPE: Card = {
    "uri": "https://langchain.com/a2a/extensions/history-scope/v1",
    "description": "Choose task-only or full-context response history",
    "required": False,
    "params": {
        "header": SCOPE_HEADER,
        "values": list(SCOPES),
        "default": View().scope,
        "methods": ["SendMessage", "GetTask", "ListTasks"],
    },
}


@router.get("/.well-known/agent-card.json")
async def card_by_query(request: Request, resources: Open, assistant_id: Annotated[str, Query()]) -> Response:
    """The card of an assistant."""
    assistant = await resources.assistants.resolve(assistant_id)
    return json_answer(await card(resources, assistant, str(request.base_url)))


@router.get("/a2a/{assistant_id}/.well-known/agent-card.json")
@router.get("/a2a/{assistant_id}/.well-known/agent.json")
async def card_by_path(request: Request, resources: Open, assistant_id: str) -> Response:
    """The card of an assistant, at the places where clients look below its address."""
    assistant = await resources.assistants.resolve(assistant_id)
    return json_answer(await card(resources, assistant, str(request.base_url)))


async def card(resources: Resources, assistant: ResolvedAssistant, base_url: str) -> Card:
    """The card of an assistant on a server at this address."""
    url = f"{base_url.rstrip('/')}/a2a/{assistant.assistant_id}"
    described = assistant.description or f"{assistant.name} assistant"
    async with resources.catalog.find(assistant.graph_id).open("assistants.read") as graph:
        schema = input_schema(graph)
    properties: Card = schema.get("properties") or {}
    shape = {
        "required": sorted(schema.get("required") or []),
        "properties": sorted(properties),
        "supportsA2A": "messages" in properties,
    }
    return {
        "name": assistant.name,
        "description": described,
        "url": url,
        "protocolVersion": "0.3.0",  # what clients of that version demand; others read the interfaces
        "supportedInterfaces": [{"url": url, "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}],
        "capabilities": {
            "streaming": True,
            "pushNotifications": False,
            "stateTransitionHistory": False,
            "extensions": [_HISTORY_SCOPE],
        },
        "defaultInputModes": _MEDIA_TYPES,
        "defaultOutputModes": _MEDIA_TYPES,
        "skills": [
            {
                "id": f"{assistant.assistant_id}-main",
                "name": f"{assistant.name} Capabilities",
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
