"""A project's authorization decides who sees what."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conftest import Server
from tests.fixtures.served_projects import AUTH_PROJECT, project, serving
from tools.llm.transport import certificates

RUN = {"assistant_id": "whoami", "input": {}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(AUTH_PROJECT, tmp_path_factory.mktemp("data")) as server:
        yield server


@dataclass(frozen=True)
class Clients:
    """One client a user, and one that nobody knows."""

    ann: httpx.AsyncClient
    bob: httpx.AsyncClient
    nobody: httpx.AsyncClient


@pytest.fixture
async def http(server: Server) -> AsyncIterator[Clients]:
    async with AsyncExitStack() as stack:

        async def client(**headers: str) -> httpx.AsyncClient:
            made = httpx.AsyncClient(base_url=server.url, verify=certificates(), timeout=30, headers=headers)
            return await stack.enter_async_context(made)

        yield Clients(
            ann=await client(authorization="Bearer ann-token"),
            bob=await client(authorization="Bearer bob-token"),
            nobody=await client(),
        )


async def thread_of(client: httpx.AsyncClient, **body: Any) -> str:
    answer = await client.post("/threads", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["thread_id"]


@pytest.mark.parametrize("path", ["/ok", "/info", "/metrics", "/docs", "/openapi.json", "/"])
async def test_what_says_nothing_of_anybody_is_open(http: Clients, path: str) -> None:
    assert (await http.nobody.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status", "detail"),
    [
        ({}, 401, "Say who you are"),
        ({"authorization": "Bearer wrong"}, 401, "Unauthorized"),
        ({"authorization": "Bearer ann-token", "x-broken": "1"}, 401, "Unauthorized"),
        ({"authorization": "Bearer blocked"}, 402, "Pay first"),
    ],
)
async def test_who_is_not_authenticated_gets_nothing(
    http: Clients, headers: dict[str, str], status: int, detail: str
) -> None:
    answer = await http.nobody.post("/threads", json={}, headers=headers)

    assert (answer.status_code, answer.json()["detail"]) == (status, detail)
    assert answer.headers.get("x-why") == ("unpaid" if status == 402 else None)


async def test_a_handler_marks_what_is_created(http: Clients) -> None:
    answer = await http.ann.post("/threads", json={"metadata": {"topic": "x"}})

    assert answer.json()["metadata"] == {"topic": "x", "owner": "ann"}


@pytest.mark.parametrize("path", ["", "/state", "/stream", "/runs/{run}", "/runs/{run}/join"])
async def test_what_a_filter_hides_is_not_there(http: Clients, path: str) -> None:
    thread = await thread_of(http.ann)
    run = (await http.ann.post(f"/threads/{thread}/runs", json=RUN)).json()["run_id"]

    answer = await http.bob.get(f"/threads/{thread}{path.format(run=run)}")

    if path.endswith("/join"):  # which tells of what is not there with 200, as officially
        assert answer.json()["__error__"]["message"] == "404: Run not found"
    else:
        assert answer.status_code == 404
    assert (await http.ann.get(f"/threads/{thread}")).status_code == 200


@pytest.mark.parametrize("ending", ["", "/stream", "/wait"])
async def test_nobody_runs_on_a_thread_of_somebody_else(http: Clients, ending: str) -> None:
    thread = await thread_of(http.ann)

    answer = await http.bob.post(f"/threads/{thread}/runs{ending}", json=RUN)
    created = await http.bob.post(f"/threads/{thread}/runs{ending}", json=RUN | {"if_not_exists": "create"})

    assert answer.status_code == 404
    assert created.status_code == 409


async def test_a_taken_thread_id_tells_nothing_of_its_thread(http: Clients) -> None:
    thread = await thread_of(http.ann, metadata={"secret": "s"})

    answer = await http.bob.post("/threads", json={"thread_id": thread, "if_exists": "do_nothing"})

    assert answer.status_code == 409
    assert "secret" not in answer.text


async def test_nobody_cancels_the_run_of_somebody_else(http: Clients, tmp_path: Path) -> None:
    thread = await thread_of(http.ann)
    gate = tmp_path / "gate"
    body = {"assistant_id": "whoami", "input": {"gate": str(gate)}}
    run = (await http.ann.post(f"/threads/{thread}/runs", json=body)).json()["run_id"]

    answer = await http.bob.post(f"/threads/{thread}/runs/{run}/cancel")
    gate.touch()
    result = (await http.ann.get(f"/threads/{thread}/runs/{run}/join")).json()

    assert answer.status_code == 404
    assert result["user_id"] == "ann"


async def test_a_thread_can_be_shared(http: Clients) -> None:
    thread = await thread_of(http.ann, metadata={"readers": ["bob", "eve"]})

    assert (await http.bob.get(f"/threads/{thread}")).status_code == 200


async def test_a_run_knows_its_user(http: Clients) -> None:
    told = (await http.ann.post("/runs/wait", json=RUN)).json()

    assert told["user"] == {
        "identity": "ann",
        "display_name": "ann",
        "is_authenticated": True,
        "permissions": ["threads"],
        "team": "red",
    }
    assert (told["user_id"], told["permissions"], told["factory_user"]) == ("ann", ["threads"], "ann")


async def test_nobody_passes_for_somebody_else(http: Clients) -> None:
    claim = {"langgraph_auth_user_id": "ann", "langgraph_auth_user": {"identity": "ann"}}

    told = (await http.bob.post("/runs/wait", json=RUN | {"config": {"configurable": claim}})).json()

    assert (told["user_id"], told["user"]["identity"]) == ("bob", "bob")


async def test_a_run_gets_the_headers_that_the_project_names_but_no_secrets(http: Clients) -> None:
    told = (await http.ann.post("/runs/wait", json=RUN, headers={"x-tone": "soft", "x-api-key": "k"})).json()

    assert (told["header"], told["secret"]) == ("soft", None)


async def test_the_thread_of_a_stateless_run_is_its_users(http: Clients) -> None:
    body = RUN | {"on_completion": "keep"}
    answer = await http.ann.post("/runs/wait", json=body)
    thread = answer.headers["content-location"].split("/")[2]

    assert (await http.ann.get(f"/threads/{thread}")).json()["metadata"]["owner"] == "ann"
    assert (await http.bob.get(f"/threads/{thread}")).status_code == 404


async def test_lists_hold_only_what_may_be_seen(http: Clients) -> None:
    await http.ann.post("/runs/wait", json=RUN)
    await http.bob.post("/runs/wait", json=RUN)

    runs = (await http.bob.get("/api/v1/runs?limit=1000")).json()

    assert runs
    for run in runs:
        assert (await http.ann.get(f"/api/v1/runs/{run['run_id']}")).status_code == 404
        assert (await http.bob.get(f"/api/v1/runs/{run['run_id']}")).status_code == 200


async def test_assistants_are_filtered_too(http: Clients) -> None:
    mark = str(uuid4())
    made = (
        await http.ann.post("/assistants", json={"graph_id": "whoami", "metadata": {"mark": mark}})
    ).json()
    path = f"/assistants/{made['assistant_id']}"

    async def count(client: httpx.AsyncClient) -> int:
        return (await client.post("/assistants/count", json={"metadata": {"mark": mark}})).json()

    assert made["metadata"] == {"mark": mark, "owner": "ann"}
    assert (await count(http.ann), await count(http.bob)) == (1, 0)
    assert [(await http.bob.get(path + end)).status_code for end in ("", "/graph", "/schemas")] == [404] * 3
    assert (await http.bob.patch(path, json={"name": "mine"})).status_code == 404
    assert (await http.bob.delete(path)).status_code == 404


def rpc(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


async def test_an_assistant_is_a_tool_for_who_may_see_it(http: Clients) -> None:
    name = uuid4().hex
    await http.ann.post("/assistants", json={"graph_id": "whoami", "name": name})

    async def knows(client: httpx.AsyncClient) -> tuple[bool, bool]:
        listed = (await client.post("/mcp", json=rpc("tools/list"))).json()["result"]["tools"]
        called = (await client.post("/mcp", json=rpc("tools/call", name=name, arguments={}))).json()
        return name in [tool["name"] for tool in listed], "result" in called

    assert (await knows(http.ann), await knows(http.bob)) == ((True, True), (False, False))


async def test_an_agent_is_there_for_who_may_see_it(http: Clients) -> None:
    made = (await http.ann.post("/assistants", json={"graph_id": "whoami"})).json()["assistant_id"]

    cards = [await c.get(f"/a2a/{made}/.well-known/agent-card.json") for c in (http.ann, http.bob)]
    calls = [await c.post(f"/a2a/{made}", json=rpc("tasks/list")) for c in (http.ann, http.bob)]

    assert [answer.status_code for answer in (*cards, *calls)] == [200, 404, 200, 404]


async def test_tasks_are_listed_for_who_may_see_them(http: Clients) -> None:
    message = {"role": "user", "parts": [{"kind": "data", "data": {}}], "messageId": "m"}
    sent = (await http.ann.post("/a2a/whoami", json=rpc("message/send", message=message))).json()["result"]

    async def listed(client: httpx.AsyncClient) -> dict[str, Any]:
        params = {"contextId": sent["contextId"]}
        return (await client.post("/a2a/whoami", json=rpc("tasks/list", **params))).json()["result"]

    assert [task["id"] for task in (await listed(http.ann))["tasks"]] == [sent["id"]]
    others = await listed(http.bob)
    assert (others["tasks"], others["totalSize"]) == ([], 0)


async def test_a_run_needs_an_assistant_that_may_be_seen(http: Clients) -> None:
    made = (await http.ann.post("/assistants", json={"graph_id": "whoami"})).json()["assistant_id"]

    answers = [await c.post("/runs/wait", json=RUN | {"assistant_id": made}) for c in (http.ann, http.bob)]

    assert [answer.status_code for answer in answers] == [200, 404]


async def test_a_handler_that_says_no_forbids(http: Clients) -> None:
    body = {"graph_id": "whoami", "name": "forbidden"}

    refused = await http.ann.post("/assistants", json=body)
    asserted = await http.bob.post("/assistants", json=body)

    assert (refused.status_code, refused.json()["detail"]) == (403, "Forbidden")
    assert (asserted.status_code, asserted.json()["detail"]) == (403, "Not yours to make")


async def test_studio_comes_in_on_this_machine(http: Clients) -> None:
    answer = await http.nobody.post(
        "/assistants", json={"graph_id": "whoami"}, headers={"x-auth-scheme": "langsmith"}
    )

    assert answer.json()["metadata"] == {"owner": "langgraph-studio-user"}


def studio_is_refused(config: Path, data: Path, **settings: Any) -> bool:
    with serving(config, data, **settings) as server:
        headers = {"x-auth-scheme": "langsmith"}
        return httpx.post(f"{server.url}/threads", json={}, headers=headers, timeout=60).status_code == 401


def test_studio_can_be_kept_out(tmp_path: Path) -> None:
    source = (AUTH_PROJECT.parent / "auth_graphs.py").read_text(encoding="utf-8")
    auth = {"path": "./studio_graphs.py:auth", "disable_studio_auth": True}
    graphs = {"whoami": "./studio_graphs.py:whoami"}
    config = project(tmp_path / "project", "studio_graphs", source, graphs=graphs, auth=auth)

    assert studio_is_refused(config, tmp_path / "data")


def test_studio_is_kept_out_where_a_network_can_reach_the_server(tmp_path: Path) -> None:
    settings = {"HOST": "0.0.0.0", "ALLOW_UNAUTHENTICATED_NETWORK": True}  # noqa: S104 - what is under test

    assert studio_is_refused(AUTH_PROJECT, tmp_path / "data", **settings)


async def test_a_body_that_is_no_json_is_refused(http: Clients) -> None:
    answer = await http.ann.post("/threads", content=b"{")

    assert (answer.status_code, answer.json()["detail"]) == (422, "Invalid JSON in request body")


async def test_an_address_without_a_rule_is_not_there(http: Clients) -> None:
    assert (await http.ann.get("/nowhere")).status_code == 404
    assert (await http.ann.put("/threads")).status_code == 405


COUNTING = """
from langgraph.graph import END, START, StateGraph
from langgraph_sdk import Auth
from typing_extensions import TypedDict

auth = Auth()
asked = []

@auth.authenticate
async def authenticate(headers):
    asked.append(headers.get(b"x-token"))
    if headers.get(b"x-token") == b"wrong":
        raise Auth.exceptions.HTTPException(status_code=401, detail="wrong")
    return {"identity": "ann", "asked": len(asked)}

class State(TypedDict, total=False):
    asked: int

graph = StateGraph(State)
graph.add_node("tell", lambda _, config: {"asked": config["configurable"]["langgraph_auth_user"]["asked"]})
graph.add_edge(START, "tell")
"""


def test_a_callers_answer_is_not_asked_for_again_while_it_holds(tmp_path: Path) -> None:
    auth = {"path": "./counting.py:auth", "cache": {"cache_keys": ["x-token"], "ttl_seconds": 3600}}
    config = project(tmp_path / "p", "counting", COUNTING, graphs={"g": "./counting.py:graph"}, auth=auth)
    run = {"assistant_id": "g", "input": {}}

    with (
        serving(config, tmp_path / "data") as server,
        httpx.Client(base_url=server.url, verify=certificates()) as client,
    ):

        def asked(token: str) -> Any:
            return client.post("/runs/wait", json=run, headers={"x-token": token}).json().get("asked")

        answers = [asked(token) for token in ("one", "one", "wrong", "wrong", "two", "one")]

    assert answers == [1, 1, None, None, 4, 1]


def test_the_openapi_document_says_how_callers_authenticate(tmp_path: Path) -> None:
    scheme = {"type": "apiKey", "in": "header", "name": "x-token"}
    security = {
        "securitySchemes": {"token": scheme},
        "security": [{"token": []}],
        "paths": {"/threads": {"POST": [{"token": ["write"]}]}, "/nowhere": {"GET": []}},
    }
    auth = {"path": "./counting_too.py:auth", "openapi": security}
    config = project(tmp_path / "p", "counting_too", COUNTING, graphs={}, auth=auth)

    with serving(config, tmp_path / "data") as server:
        document = httpx.get(f"{server.url}/openapi.json", timeout=60).json()

    assert document["components"]["securitySchemes"]["token"] == scheme
    assert document["security"] == [{"token": []}]
    assert document["paths"]["/threads"]["post"]["security"] == [{"token": ["write"]}]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/threads/search", {"metadata": None}, 200),
        ("/threads/search", {"metadata": "text"}, 422),
        ("/threads", {"metadata": [1]}, 422),
        ("/store/items/search", {"namespace_prefix": 5}, 422),
        ("/store/namespaces", {"suffix": 5}, 422),
        ("/assistants/{unknown}/versions", {"metadata": None}, 404),
        ("/assistants/{unknown}/versions", {"metadata": 5}, 422),
    ],
)
async def test_handlers_are_never_told_of_metadata_or_labels_that_are_none(
    http: Clients, path: str, body: dict[str, Any], status: int
) -> None:
    answer = await http.ann.post(path.format(unknown="11111111-1111-1111-1111-111111111111"), json=body)

    assert answer.status_code == status
