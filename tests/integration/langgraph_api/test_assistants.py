"""Assistants: graphs with a configuration, in versions."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from tests.conftest import Server
from tests.fixtures.served_projects import CONFIG_PROJECT, serving
from tools.llm.transport import certificates

UNKNOWN = "11111111-1111-1111-1111-111111111111"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(CONFIG_PROJECT, tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, verify=certificates(), timeout=30) as client:
        yield client


@pytest.fixture
async def sdk(server: Server) -> AsyncIterator[LangGraphClient]:
    async with get_client(url=server.url) as client:
        yield client


async def created(http: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await http.post("/assistants", json={"graph_id": "plain", **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_graph_has_an_assistant_by_default(sdk: LangGraphClient) -> None:
    found = await sdk.assistants.search(metadata={"created_by": "system"}, limit=100)

    by_graph = {row["graph_id"]: row for row in found}
    assert {"plain", "parent", "from_both"} <= set(by_graph)
    own = by_graph["with_own_memory"]
    assert (own["version"], own["config"], own["context"]) == (1, {}, {})
    assert (own["name"], own["description"]) == ("with_own_memory", "Brings a checkpointer")
    assert by_graph["plain"]["description"] is None


async def test_a_default_assistants_id_is_derived_from_its_graphs(tmp_path: Path) -> None:
    from server.runs.catalog import ServedGraph  # noqa: PLC0415 - under test here alone
    from server.runs.once import Once  # noqa: PLC0415

    made = Once.of(None)
    graph = ServedGraph(
        graph_id="agent", title="", description="", name="", source=made, finish=lambda it: it
    )  # type: ignore[arg-type]

    assert graph.assistant_id == "fe096781-5601-53d2-b2f6-0d3403f7e9ca"  # as the official server's


async def test_a_created_assistant_mirrors_its_context_into_its_config(http: httpx.AsyncClient) -> None:
    made = await created(
        http, name="mine", context={"tenant": "x"}, metadata={"owner": "me"}, description="d"
    )

    assert made | {"assistant_id": "", "created_at": "", "updated_at": ""} == {
        "assistant_id": "",
        "graph_id": "plain",
        "config": {"configurable": {"tenant": "x"}},
        "context": {"tenant": "x"},
        "metadata": {"owner": "me"},
        "name": "mine",
        "created_at": "",
        "updated_at": "",
        "version": 1,
        "description": "d",
    }


async def test_a_configurable_becomes_the_context(http: httpx.AsyncClient) -> None:
    made = await created(http, config={"configurable": {"tenant": "x"}, "tags": ["t"]})

    assert made["context"] == {"tenant": "x"}
    assert made["config"] == {"configurable": {"tenant": "x"}, "tags": ["t"]}


async def test_configurable_and_context_together_are_refused(http: httpx.AsyncClient) -> None:
    body = {"graph_id": "plain", "context": {"a": 1}, "config": {"configurable": {"b": 2}}}

    answer = await http.post("/assistants", json=body)

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("Cannot specify both configurable and context.")


async def test_an_unknown_graph_is_refused_with_the_names_of_those_known(http: httpx.AsyncClient) -> None:
    answer = await http.post("/assistants", json={"graph_id": "zzz"})

    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("Graph 'zzz' not found. Expected one of: ['entered',")


async def test_a_taken_id_is_a_conflict_unless_nothing_is_to_be_done(http: httpx.AsyncClient) -> None:
    chosen = str(uuid4())
    await created(http, assistant_id=chosen, name="first")

    again = await http.post("/assistants", json={"graph_id": "plain", "assistant_id": chosen})
    kept = await created(http, assistant_id=chosen, name="second", if_exists="do_nothing")

    assert (again.status_code, again.json()["detail"]) == (409, f"Assistant {chosen} already exists")
    assert kept["name"] == "first"


async def test_a_path_takes_a_uuid_only(http: httpx.AsyncClient) -> None:
    answer = await http.get("/assistants/plain")

    assert (answer.status_code, answer.json()["detail"]) == (422, "Invalid assistant ID: must be a UUID")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {}),
        ("DELETE", "", None),
        ("POST", "/versions", {}),
        ("POST", "/latest", {"version": 1}),
        ("GET", "/graph", None),
        ("GET", "/schemas", None),
        ("GET", "/subgraphs", None),
    ],
)
async def test_an_unknown_assistant_is_not_found(
    http: httpx.AsyncClient, method: str, path: str, body: Any
) -> None:
    answer = await http.request(method, f"/assistants/{UNKNOWN}{path}", json=body)

    assert answer.status_code == 404


async def test_a_change_is_a_new_version_with_merged_metadata(http: httpx.AsyncClient) -> None:
    made = await created(http, name="old", context={"tenant": "x"}, metadata={"owner": "me"})

    answer = await http.patch(
        f"/assistants/{made['assistant_id']}", json={"name": "new", "metadata": {"k": "v"}}
    )

    changed = answer.json()
    assert (changed["version"], changed["name"]) == (2, "new")
    assert changed["metadata"] == {"owner": "me", "k": "v"}
    assert changed["context"] == {"tenant": "x"}
    assert changed["created_at"] == made["created_at"] < changed["updated_at"]


async def test_a_change_of_context_replaces_it(http: httpx.AsyncClient) -> None:
    made = await created(http, context={"tenant": "x", "tone": "loud"})

    changed = (
        await http.patch(f"/assistants/{made['assistant_id']}", json={"context": {"tenant": "y"}})
    ).json()

    assert changed["context"] == {"tenant": "y"}
    assert changed["config"] == {"configurable": {"tenant": "y"}}


async def test_versions_come_newest_first(http: httpx.AsyncClient) -> None:
    made = await created(http, name="one")
    await http.patch(f"/assistants/{made['assistant_id']}", json={"name": "two"})

    versions = (await http.post(f"/assistants/{made['assistant_id']}/versions", json={})).json()

    assert [(v["version"], v["name"]) for v in versions] == [(2, "two"), (1, "one")]
    assert "updated_at" not in versions[0]


async def test_an_earlier_version_can_be_the_latest_again(sdk: LangGraphClient) -> None:
    made = await sdk.assistants.create("plain", name="one", metadata={"a": 1})
    await sdk.assistants.update(made["assistant_id"], name="two", metadata={"b": 2})

    back = await sdk.assistants.set_latest(made["assistant_id"], 1)
    following = await sdk.assistants.update(made["assistant_id"], name="three")

    assert (back["version"], back["name"], back["metadata"]) == (1, "one", {"a": 1})
    assert following["version"] == 3


async def test_an_unknown_version_is_not_found(http: httpx.AsyncClient) -> None:
    made = await created(http)

    answer = await http.post(f"/assistants/{made['assistant_id']}/latest", json={"version": 99})

    assert answer.status_code == 404
    assert answer.json()["detail"] == f"Version 99 not found for assistant {made['assistant_id']}"


async def test_a_page_says_what_comes_after_it(http: httpx.AsyncClient) -> None:
    body = {"limit": 2, "offset": 1, "sort_by": "name", "sort_order": "asc", "select": ["name", "graph_id"]}

    answer = await http.post("/assistants/search", json=body | {"metadata": {"created_by": "system"}})

    assert [row["graph_id"] for row in answer.json()] == ["entered_async", "from_both"]
    assert all(set(row) == {"name", "graph_id"} for row in answer.json())
    assert (answer.headers["x-pagination-total"], answer.headers["x-pagination-next"]) == ("4", "3")


async def test_the_last_page_has_none_after_it(http: httpx.AsyncClient) -> None:
    answer = await http.post("/assistants/search", json={"graph_id": "generated"})

    assert answer.headers["x-pagination-total"] == "1"
    assert "x-pagination-next" not in answer.headers


async def test_search_finds_by_graph_metadata_and_a_part_of_the_name(http: httpx.AsyncClient) -> None:
    mark = str(uuid4())
    made = await created(http, name="The Needle", metadata={"mark": mark, "deep": {"a": 1, "b": [1, 2]}})
    await created(http, name="hay", metadata={"mark": mark})

    async def found(**wanted: Any) -> list[str]:
        rows = (await http.post("/assistants/search", json=wanted)).json()
        return [row["assistant_id"] for row in rows]

    assert await found(name="needle", metadata={"mark": mark}) == [made["assistant_id"]]
    assert await found(metadata={"mark": mark, "deep": {"b": [2]}}, graph_id="plain") == [
        made["assistant_id"]
    ]
    assert await found(metadata={"mark": mark}, graph_id="parent") == []


@pytest.mark.parametrize(
    ("body", "status"), [({"graph_id": "nope"}, 404), ({"select": ["nope"]}, 422), ({"limit": 0}, 422)]
)
async def test_a_search_that_cannot_be_is_refused(
    http: httpx.AsyncClient, body: dict[str, Any], status: int
) -> None:
    assert (await http.post("/assistants/search", json=body)).status_code == status


async def test_count_counts_what_fits(sdk: LangGraphClient) -> None:
    mark = str(uuid4())
    for _ in range(3):
        await sdk.assistants.create("plain", metadata={"mark": mark})

    assert await sdk.assistants.count(metadata={"mark": mark}) == 3


async def test_a_run_of_an_assistant_gets_its_config_context_and_metadata(sdk: LangGraphClient) -> None:
    made = await sdk.assistants.create(
        "from_config", config={"configurable": {"tenant": "acme", "tone": "loud"}}, metadata={"team": "a"}
    )
    thread = await sdk.threads.create()

    told = await sdk.runs.wait(
        thread["thread_id"], made["assistant_id"], input={}, config={"configurable": {"tone": "soft"}}
    )
    run = (await sdk.http.get(f"/threads/{thread['thread_id']}"))["metadata"]

    assert told["tenant"] == "acme"
    assert (told["given"]["tenant"], told["given"]["tone"]) == ("acme", "soft")
    assert told["given"]["assistant_id"] == made["assistant_id"]
    assert told["run_metadata"]["team"] == "a"
    assert run["assistant_id"] == made["assistant_id"]


async def test_a_run_of_an_unknown_assistant_is_not_found(http: httpx.AsyncClient) -> None:
    answer = await http.post("/runs/wait", json={"assistant_id": UNKNOWN, "input": {}})

    assert (answer.status_code, answer.json()["detail"]) == (404, "Thread or assistant not found.")


async def test_deleting_an_assistant_cancels_its_runs(sdk: LangGraphClient, tmp_path: Path) -> None:
    made = await sdk.assistants.create("plain")
    thread = await sdk.threads.create()
    gate = {"gate": str(tmp_path / "never")}
    run = await sdk.runs.create(thread["thread_id"], made["assistant_id"], input=gate)

    await sdk.assistants.delete(made["assistant_id"])
    await sdk.runs.join(thread["thread_id"], run["run_id"])

    assert (await sdk.runs.get(thread["thread_id"], run["run_id"]))["status"] == "interrupted"


async def test_deleting_an_assistant_can_delete_its_threads(http: httpx.AsyncClient) -> None:
    made, kept = await created(http), await created(http)
    threads: list[str] = []
    for assistant in (made, kept):
        thread = (await http.post("/threads", json={})).json()["thread_id"]
        body = {"assistant_id": assistant["assistant_id"], "input": {}}
        await http.post(f"/threads/{thread}/runs/wait", json=body)
        threads.append(thread)

    answer = await http.delete(f"/assistants/{made['assistant_id']}?delete_threads=true")

    assert answer.status_code == 204
    assert [(await http.get(f"/threads/{thread}")).status_code for thread in threads] == [404, 200]


async def test_a_deleted_default_assistant_leaves_its_graph_to_be_run_by_name(
    http: httpx.AsyncClient,
) -> None:
    row = (await http.post("/assistants/search", json={"graph_id": "entered_async"})).json()[0]

    deleted = await http.delete(f"/assistants/{row['assistant_id']}")
    ran = await http.post("/runs/wait", json={"assistant_id": "entered_async", "input": {}})

    assert deleted.status_code == 204
    assert ran.json()["made_by"] == "entered_async"
