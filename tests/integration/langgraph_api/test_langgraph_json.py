"""What a langgraph.json says is done."""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from configs.settings import Settings
from server.resources import open_resources
from server.runs.langgraph_json import LangGraphJson, enter_project, read_langgraph_json, unknown_keys
from server.runs.webhook_policy import WebhookPolicy
from tests.conftest import Server
from tests.fixtures.receiver import listening
from tests.fixtures.served_projects import CONFIG_PROJECT, project, serving
from tools.errors import InvalidInput
from tools.llm.transport import certificates

TENANT = {"config": {"configurable": {"tenant": "acme"}}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(CONFIG_PROJECT, tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, verify=certificates(), timeout=30) as client:
        yield client


async def outcome(http: httpx.AsyncClient, graph: str, **body: Any) -> dict[str, Any]:
    return (await http.post("/runs/wait", json={"assistant_id": graph, "input": {}, **body})).json()


@pytest.mark.parametrize(
    ("graph", "body", "access", "tenant"),
    [
        ("plain", {}, "", None),
        ("from_nothing", {}, "", None),
        ("from_config", TENANT, "", "acme"),
        ("from_runtime", {"context": {"tenant": "acme"}}, "threads.create_run", "acme"),
        ("from_both", TENANT, "threads.create_run", "acme"),
        ("entered", {}, "", None),
        ("entered_async", {}, "", None),
        ("generated", {}, "", None),
    ],
)
async def test_every_kind_of_graph_and_factory_runs(
    http: httpx.AsyncClient, graph: str, body: dict[str, Any], access: str, tenant: str | None
) -> None:
    told = await outcome(http, graph, **body)

    assert (told["made_by"], told["access"], told["tenant"]) == (graph, access, tenant)


@pytest.mark.parametrize("graph", ["entered", "entered_async", "generated"])
async def test_what_a_factory_opens_is_closed_after_each_access(
    http: httpx.AsyncClient, graph: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    diary = tmp_path / "diary"
    thread = (await http.post("/threads", json={})).json()["thread_id"]
    monkeypatch.setenv("CONFIG_PROJECT_DIARY", str(diary))

    run = {"assistant_id": graph, "input": {}}
    await http.post(f"/threads/{thread}/runs/wait", json=run)
    await http.get(f"/threads/{thread}/state")

    lines = diary.read_text().splitlines()
    assert len(lines) >= 4
    assert lines == [f"{graph} opens", f"{graph} closes"] * (len(lines) // 2)


async def test_a_factory_is_told_that_a_state_is_read(
    http: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    diary = tmp_path / "diary"
    thread = (await http.post("/threads", json={})).json()["thread_id"]
    await http.post(f"/threads/{thread}/runs/wait", json={"assistant_id": "from_runtime", "input": {}})
    monkeypatch.setenv("CONFIG_PROJECT_DIARY", str(diary))

    await http.get(f"/threads/{thread}/state")

    assert diary.read_text() == "from_runtime for threads.read\n"


async def test_a_graph_with_a_checkpointer_of_its_own_is_kept_by_ours(http: httpx.AsyncClient) -> None:
    thread = (await http.post("/threads", json={})).json()["thread_id"]
    run = {"assistant_id": "with_own_memory", "input": {}}

    await http.post(f"/threads/{thread}/runs/wait", json=run)
    state = (await http.get(f"/threads/{thread}/state")).json()

    assert state["values"]["made_by"] == "with_own_memory"
    assert state["checkpoint"]["thread_id"] == thread


async def test_a_factory_that_makes_no_graph_fails_its_run_and_says_so(http: httpx.AsyncClient) -> None:
    told = await outcome(http, "no_graph")

    assert "made a str, no graph" in told["__error__"]["message"]


async def test_a_factory_that_makes_no_graph_is_a_failed_dependency(http: httpx.AsyncClient) -> None:
    answer = await http.get("/assistants/no_graph/graph")

    assert (answer.status_code, answer.json()["error"]) == (424, "factory_made_no_graph")


async def test_env_is_set_for_the_graphs(http: httpx.AsyncClient) -> None:
    assert (await outcome(http, "plain"))["environment"] == "green"


def test_env_may_be_a_file_and_yields_to_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os  # noqa: PLC0415 - what is under test changes it

    monkeypatch.setenv("ENV_OF_TEST_A", "kept")
    monkeypatch.setenv("ENV_OF_TEST_B", "")
    monkeypatch.delenv("ENV_OF_TEST_B")
    (tmp_path / "vars").write_text("ENV_OF_TEST_A=new\nENV_OF_TEST_B=set\n")
    config = project(tmp_path, "unused", "", graphs={}, env="vars")

    enter_project(config)

    assert (os.environ["ENV_OF_TEST_A"], os.environ["ENV_OF_TEST_B"]) == ("kept", "set")


def test_a_missing_env_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no file"):
        enter_project(project(tmp_path, "unused", "", graphs={}, env="nowhere"))


def test_unknown_keys_are_ignored_with_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    keys: dict[str, Any] = {
        "ui": {},
        "node_version": "20",
        "http": {"logging_headers": {}},
        "store": {"cache": 1, "ttl": {"sweep": 1}},
        "checkpointer": {"ttl": {"sweep_interval_minutes": 1, "sweep": 1}},
    }
    config = project(tmp_path, "unused", "", graphs={}, **keys)

    with caplog.at_level(logging.INFO, logger="server.runs.langgraph_json"):
        enter_project(config)

    told = "store.cache, store.ttl.sweep, checkpointer.ttl.sweep, http.logging_headers"
    assert f"ignored: ui, node_version, {told} (" in caplog.text


@pytest.mark.parametrize("keys", [{"encryption": {"path": "./x.py:y"}}, {"store": {"path": "./x.py:y"}}])
def test_what_is_not_done_and_matters_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, keys: dict[str, Any]
) -> None:
    enter_project(project(tmp_path, "unused", "", graphs={}, **keys))

    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_null_is_as_if_the_key_were_not_there() -> None:
    nothing: dict[str, Any] = {"graphs": {}, "http": None, "dependencies": None, "env": None, "store": None}
    parts = {"http": {"cors": {"max_age": None}, "middleware_order": None}, "webhooks": {"headers": None}}

    assert LangGraphJson.model_validate(nothing) == LangGraphJson(graphs={})
    found = LangGraphJson.model_validate({"graphs": {}, **parts})
    assert found.http.cors is not None
    assert (found.http.cors.max_age, found.http.middleware_order) == (600, "middleware_first")


def test_dependencies_are_importable(tmp_path: Path) -> None:
    (tmp_path / "lib" / "src").mkdir(parents=True)
    (tmp_path / "lib" / "src" / "dependency_of_test.py").write_text("VALUE = 1\n")
    config = project(tmp_path / "main", "unused", "", graphs={}, dependencies=["../lib"])

    enter_project(config)

    assert __import__("dependency_of_test").VALUE == 1


@pytest.mark.parametrize(
    "keys",
    [
        {"graphs": {"g": "./missing.py:graph"}},
        {"graphs": {"g": "./wrong.py:nothing"}},
        {"graphs": {"g": "./wrong.py:NUMBER"}},
        {"graphs": {"g": "no_colon"}},
        {"graphs": {}, "auth": {"path": "./wrong.py:NUMBER"}},
        {"graphs": {}, "http": {"app": "./wrong.py:NUMBER"}},
        {"graphs": {}, "webhooks": {"headers": {"a": "${{ env.PATH }}"}}},
        {"graphs": []},
    ],
)
def test_what_cannot_be_served_stops_the_start(tmp_path: Path, keys: dict[str, Any]) -> None:
    config = project(tmp_path / "project", "wrong", "NUMBER = 1\n", **keys)

    with pytest.raises(InvalidInput) as failure, serving(config, tmp_path / "data"):
        pass
    assert failure.value.code == "invalid_config"


def test_our_own_file_has_no_unknown_key() -> None:
    assert unknown_keys(read_langgraph_json(Path(__file__).parents[3] / "langgraph.json")) == []


@pytest.mark.parametrize("part", ["checkpointer", "store"])
def test_a_path_of_another_keeper_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, part: str
) -> None:
    enter_project(project(tmp_path, "unused", "", graphs={}, **{part: {"path": "./mine.py:make"}}))

    assert f"{part}.path is not used" in caplog.text


SERDE_SOURCE = """
from dataclasses import dataclass
from typing import Any
from typing_extensions import TypedDict
from langgraph.graph import START, StateGraph

@dataclass
class Mine:
    value: int = 1

class State(TypedDict, total=False):
    mine: Any

graph = StateGraph(State)
graph.add_node("make", lambda state: {"mine": Mine(7)})
graph.add_edge(START, "make")
"""


@pytest.mark.parametrize(
    ("allowed", "kind"),
    [([["serde_listed", "Mine"]], "Mine"), (True, "Mine"), ([], "dict"), (False, "dict"), (None, "dict")],
)
async def test_a_state_brings_back_only_the_types_that_are_allowed(
    tmp_path: Path, redis_url: str, allowed: Any, kind: str
) -> None:
    config = project(
        tmp_path / "project",
        "serde_listed",
        SERDE_SOURCE,
        graphs={"g": "serde_listed:graph"},
        checkpointer={"serde": {"allowed_msgpack_modules": allowed}},
    )
    settings = Settings(DATA_DIR=tmp_path / "data", SCRIPTORIUM_CONFIG=config, REDIS_URL=redis_url)  # type: ignore[call-arg]

    async with open_resources(settings) as resources:
        graph: Any = await resources.catalog.find("g").source.get()
        thread = {"configurable": {"thread_id": str(uuid4())}}
        await graph.ainvoke({}, thread)
        brought_back = (await graph.aget_state(thread)).values["mine"]

    assert type(brought_back).__name__ == kind


def policy(**webhooks: Any) -> WebhookPolicy:
    return WebhookPolicy.of(LangGraphJson.model_validate({"graphs": {}, "webhooks": webhooks}))


@pytest.mark.parametrize(
    ("rules", "good", "bad"),
    [
        ({"require_https": True}, "https://a.example/", "http://a.example/"),
        ({"allowed_domains": ["*.a.example"]}, "http://x.a.example/", "http://a.example.evil/"),
        ({"allowed_domains": ["a.example"]}, "http://A.example/", "http://x.a.example/"),
        ({"allowed_domains": []}, "http://a.example/", "http://a.example/" + "x" * 5000),
        ({"allowed_ports": [443]}, "https://a.example/", "https://a.example:8443/"),
        ({"max_url_length": 20}, "http://a.example/", "http://a.example/" + "x" * 10),
        ({}, "http://a.example/" + "x" * 4000, "http://a.example/" + "x" * 4100),
    ],
)
def test_webhooks_keep_to_the_rules_for_urls(rules: dict[str, Any], good: str, bad: str) -> None:
    policy(url=rules).check(good)
    with pytest.raises(InvalidInput):
        policy(url=rules).check(bad)


async def test_webhooks_carry_the_headers_and_fields_that_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LG_WEBHOOK_TOKEN", "t0k3n")
    source = (CONFIG_PROJECT.parent / "config_graphs.py").read_text(encoding="utf-8")
    headers = {"x-token": "Bearer ${{ env.LG_WEBHOOK_TOKEN }}"}
    keys: dict[str, Any] = {
        "graphs": {"g": "./hook_graphs.py:plain"},
        "webhooks": {"headers": headers, "allowed_fields": ["run_id", "status"]},
    }
    config = project(tmp_path / "project", "hook_graphs", source, **keys)
    async with listening() as receiver:
        with serving(config, tmp_path / "data", WEBHOOK_ALLOW_PRIVATE=True) as server:
            async with httpx.AsyncClient(base_url=server.url, verify=certificates()) as client:
                body = {"assistant_id": "g", "input": {}, "webhook": receiver.url}
                await client.post("/runs/wait", json=body)
            await receiver.delivered.wait()
        told, sent = receiver.calls[0]

    assert told["x-token"] == "Bearer t0k3n"
    assert set(json.loads(sent)) == {"run_id", "status"}


def test_truncate_is_there_only_when_it_is_allowed(tmp_path: Path) -> None:
    with serving(CONFIG_PROJECT, tmp_path / "a") as server:
        assert httpx.post(f"{server.url}/internal/truncate", json={}, timeout=60).status_code == 404
    with serving(CONFIG_PROJECT, tmp_path / "b", ALLOW_TRUNCATE=True) as server:
        thread = httpx.post(f"{server.url}/threads", json={}, timeout=60).json()["thread_id"]
        body = {"threads": True, "assistants": True}
        assert httpx.post(f"{server.url}/internal/truncate", json=body, timeout=60).status_code == 200
        assert httpx.get(f"{server.url}/threads/{thread}", timeout=60).status_code == 404
        assert httpx.post(f"{server.url}/assistants/count", json={}, timeout=60).json() == 11
