"""Assistants as tools of the Model Context Protocol: streamable HTTP, no sessions, answers as JSON."""

import re
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request, Response

from server.api.deps import Open
from server.api.following import ended
from server.api.langgraph import json_rpc
from server.api.langgraph.answers import json_answer, patient_answer
from server.api.langgraph.json_rpc import Call, Params, RpcError
from server.api.langgraph.mcp_tools import visible_tools
from server.resources import Resources
from server.runs.job import RunRequest
from server.stream.encoding import to_json
from tools.errors import ServiceError

router = APIRouter(tags=["mcp"])

VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
PAGE = 100  # tools
_JSON: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}


@router.post("/mcp", responses={400: {"description": "The message is no JSON-RPC", "content": _JSON}})
async def call(request: Request, resources: Open) -> Response:
    """Answer one message: ``initialize``, ``ping``, ``tools/list``, ``tools/call``; 202 to a notification."""
    try:
        message = json_rpc.read(await request.body())
    except RpcError as error:
        answer = json_answer(json_rpc.failure(None, error))
        answer.status_code = 400
        return answer
    if message.id is None:
        return Response(status_code=202)
    if message.method == "tools/call":
        return patient_answer(lambda: _answered(message, lambda: _call_tool(resources, message.params)), {})
    return json_answer(await _answered(message, lambda: _at_once(resources, message)))


@router.get("/mcp", status_code=405, response_class=Response)
async def listen() -> Response:
    """There is no stream of messages from the server."""
    return Response(status_code=405, headers={"Allow": "POST"})


@router.delete("/mcp", status_code=404, response_class=Response)
async def end_session() -> Response:
    """There are no sessions."""
    return Response(status_code=404)


async def _answered(message: Call, result: Callable[[], Awaitable[Any]]) -> json_rpc.Answer:
    try:
        return message.answer(await result())
    except RpcError as error:
        return message.failure(error)


async def _at_once(resources: Resources, message: Call) -> Any:
    match message.method:
        case "initialize":
            wanted = message.params.get("protocolVersion")
            return {
                "protocolVersion": wanted if wanted in VERSIONS else VERSIONS[-1],
                "capabilities": {"tools": {"listChanged": False}},
                "serverInfo": {"name": "Scriptorium", "version": version("scriptorium-service")},
            }
        case "ping":
            return {}
        case "tools/list":
            return await _list_tools(resources, message.params)
        case unknown:
            raise RpcError(json_rpc.METHOD_NOT_FOUND, f"Method not found: {unknown}")


async def _list_tools(resources: Resources, params: Params) -> Params:
    cursor = params.get("cursor", "0")
    if not isinstance(cursor, str) or not re.fullmatch("[0-9]{1,9}", cursor):
        raise RpcError(json_rpc.INVALID_PARAMS, f"Invalid cursor: {str(cursor)[:80]!r}")
    first = int(cursor)
    tools = await visible_tools(resources)
    page: Params = {"tools": [await tool.to_json() for tool in tools[first : first + PAGE]]}
    return page | ({"nextCursor": str(first + PAGE)} if len(tools) > first + PAGE else {})


async def _call_tool(resources: Resources, params: Params) -> Params:
    """Run an assistant on a thread of its own, to its end."""
    name = params.get("name")
    tool = next((tool for tool in await visible_tools(resources) if tool.name == name), None)
    if tool is None:
        raise RpcError(json_rpc.INVALID_PARAMS, f"Unknown tool: {name}")
    try:
        request = RunRequest(
            assistant_id=tool.assistant.assistant_id,
            input=params.get("arguments") or {},
            keep_thread=False,
        )
        run = await resources.runs.create_run(request)
        output = await resources.states.output(await ended(resources, run))
    except ServiceError as error:
        return _content(f"{error.message} {error.hint or ''}".rstrip(), is_error=True)
    if (failure := output.get("__error__")) is not None:
        return _content(f"{failure['error']}: {failure['message']}", is_error=True)
    return _content(to_json(output).decode())


def _content(text: str, *, is_error: bool = False) -> Params:
    content: Params = {"content": [{"type": "text", "text": text}]}
    return content | ({"isError": True} if is_error else {})
