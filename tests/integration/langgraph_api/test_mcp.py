"""Assistants as MCP tools, against the captures of the official server."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest


async def rpc(client: httpx.AsyncClient, method: str, **params: Any) -> dict[str, Any]:
    """The answer to a call."""
    body = {"jsonrpc": "2.0", "id": 3, "method": method, "params": params}
    response = await client.post("/mcp", json=body, headers={"Accept": "application/json, text/event-stream"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    return response.json()


@pytest.mark.parametrize(
    ("asked", "given"), [("2025-06-18", "2025-06-18"), ("1999-01-01", "2025-11-25"), (None, "2025-11-25")]
)
async def test_a_known_version_is_agreed_to(
    project_client: httpx.AsyncClient, asked: str | None, given: str
) -> None:
    answer = await rpc(project_client, "initialize", protocolVersion=asked, capabilities={})

    assert answer["result"]["protocolVersion"] == given
    assert answer["result"]["capabilities"] == {"tools": {"listChanged": False}}
    assert answer["result"]["serverInfo"]["name"] == "Scriptorium"


async def test_a_ping_is_answered(project_client: httpx.AsyncClient) -> None:
    assert await rpc(project_client, "ping") == {"jsonrpc": "2.0", "id": 3, "result": {}}


async def test_every_graph_is_a_tool(project_client: httpx.AsyncClient) -> None:
    tools = (await rpc(project_client, "tools/list"))["result"]["tools"]

    agent = next(tool for tool in tools if tool["name"] == "agent")
    assert agent["inputSchema"]["properties"]["messages"] == {
        "type": "string",
        "title": "Messages",
        "description": "The user message to send to the agent.",
    }
    assert agent["annotations"]["readOnlyHint"] is False
    assert agent["description"] == "Tool based on the agent assistant"
    assert {tool["name"] for tool in tools} >= {"agent", "slow", "protocol_parent", "review"}


async def create(client: httpx.AsyncClient, name: str, **fields: Any) -> str:
    """The id of a new assistant."""
    body = {"graph_id": "echo", "name": name} | fields
    return (await client.post("/assistants", json=body)).json()["assistant_id"]


async def listed(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """All tools, page by page."""
    tools: list[dict[str, Any]] = []
    given: dict[str, Any] = {}
    while True:
        page = (await rpc(client, "tools/list", **given))["result"]
        tools += page["tools"]
        if "nextCursor" not in page:
            return tools
        given = {"cursor": page["nextCursor"]}


async def test_an_assistant_is_a_tool_by_its_name(project_client: httpx.AsyncClient) -> None:
    name = f"Zoë's echo {uuid4().hex}"
    described = {"description": "Says what it is told"}

    assistant = await create(project_client, name, **described)

    first = (await listed(project_client))[0]
    assert first["name"] == name.replace("ë", "_").replace("'", "_").replace(" ", "_")
    assert (first["title"], first["description"]) == (name, described["description"])
    await project_client.delete(f"/assistants/{assistant}")
    assert name not in [tool["title"] for tool in await listed(project_client)]


async def test_tools_come_in_the_order_of_assistants(project_client: httpx.AsyncClient) -> None:
    titles = [tool["title"] for tool in await listed(project_client)]

    found = (await project_client.post("/assistants/search", json={"limit": 1000})).json()
    assert titles == [assistant["name"] for assistant in found]


async def test_of_assistants_with_one_name_the_oldest_has_it(project_client: httpx.AsyncClient) -> None:
    name = f"{'long' * 15}{uuid4().hex}"
    older, newer = [await create(project_client, name) for _ in "ab"]

    names = [tool["name"] for tool in await listed(project_client) if tool["title"] == name]

    assert names == [f"{name[:55]}_{newer[:8]}", name[:64]]
    for assistant in (older, newer):
        await project_client.delete(f"/assistants/{assistant}")


async def test_a_call_brings_along_what_its_assistant_has(project_client: httpx.AsyncClient) -> None:
    name = uuid4().hex
    assistant = await create(project_client, name, config={"configurable": {"tone": "low"}})

    answer = await rpc(project_client, "tools/call", name=name, arguments={})

    assert '"tone":"low"' in answer["result"]["content"][0]["text"]
    await project_client.delete(f"/assistants/{assistant}")


async def test_tools_come_in_pages(project_client: httpx.AsyncClient) -> None:
    made = [await create(project_client, f"page-{number}") for number in range(100)]

    page = (await rpc(project_client, "tools/list"))["result"]

    assert (len(page["tools"]), page["nextCursor"]) == (100, "100")
    titles = [tool["title"] for tool in await listed(project_client)]
    assert len(titles) == len(set(titles)) > 100
    for assistant in made:
        await project_client.delete(f"/assistants/{assistant}")


async def test_a_job_tells_what_it_takes(own_client: httpx.AsyncClient) -> None:
    tools = (await rpc(own_client, "tools/list"))["result"]["tools"]

    schema = next(tool["inputSchema"] for tool in tools if tool["name"] == "characters")
    assert schema["type"] == "object"
    assert "text" in schema["properties"]
    assert "Options" in schema["$defs"]


async def test_a_call_runs_the_graph(project_client: httpx.AsyncClient) -> None:
    answer = await rpc(project_client, "tools/call", name="agent", arguments={"messages": "hi"})

    [content] = answer["result"]["content"]
    output = json.loads(content["text"])
    assert content["type"] == "text"
    assert [message["content"] for message in output["messages"]] == ["hi", "Hello from fake model"]
    assert "isError" not in answer["result"]


async def test_a_run_that_fails_is_an_error_of_the_tool(project_client: httpx.AsyncClient) -> None:
    answer = await rpc(project_client, "tools/call", name="agent", arguments={"messages": "", "fail": True})

    assert answer["result"] == {
        "content": [{"type": "text", "text": "ValueError: boom from node"}],
        "isError": True,
    }


async def test_an_input_that_cannot_succeed_is_an_error_of_the_tool(own_client: httpx.AsyncClient) -> None:
    answer = await rpc(own_client, "tools/call", name="characters", arguments={"text": 1})

    assert answer["result"]["isError"] is True
    assert "text" in answer["result"]["content"][0]["text"]


async def test_an_interrupt_is_part_of_the_result(project_client: httpx.AsyncClient) -> None:
    answer = await rpc(project_client, "tools/call", name="review", arguments={})

    output = json.loads(answer["result"]["content"][0]["text"])
    assert output["__interrupt__"][0]["value"] == {"question": "Go on?"}


@pytest.mark.parametrize(
    ("method", "params", "code", "message"),
    [
        ("zzz", {}, -32601, "Method not found: zzz"),
        ("tools/call", {"name": "zzz"}, -32602, "Unknown tool: zzz"),
        ("tools/list", {"cursor": "x"}, -32602, "Invalid cursor: 'x'"),
    ],
)
async def test_what_cannot_be_called_is_an_error(
    project_client: httpx.AsyncClient, method: str, params: dict[str, Any], code: int, message: str
) -> None:
    answer = await rpc(project_client, method, **params)

    assert answer == {"jsonrpc": "2.0", "id": 3, "error": {"code": code, "message": message}}


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"no json", -32700), (b"[]", -32600), (b'{"jsonrpc":"2.0","id":1}', -32600)],
)
async def test_what_is_no_call_is_refused(project_client: httpx.AsyncClient, body: bytes, code: int) -> None:
    response = await project_client.post("/mcp", content=body)

    assert (response.status_code, response.json()["error"]["code"]) == (400, code)


async def test_a_notification_is_taken(project_client: httpx.AsyncClient) -> None:
    response = await project_client.post(
        "/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"}
    )

    assert (response.status_code, response.content) == (202, b"")


async def test_there_is_no_stream_and_no_session(project_client: httpx.AsyncClient) -> None:
    listened, ended = await project_client.get("/mcp"), await project_client.delete("/mcp")

    assert (listened.status_code, listened.content) == (405, b"")
    assert (ended.status_code, ended.content) == (404, b"")


async def test_a_slash_leads_to_the_same_place(project_client: httpx.AsyncClient) -> None:
    response = await project_client.post("/mcp/", json={})

    assert response.status_code == 307
    assert response.headers["location"] == str(project_client.base_url.join("/mcp"))
