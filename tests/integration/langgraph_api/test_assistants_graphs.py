"""What an assistant tells of its graph."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import UnprocessableEntityError

from tests.conftest import Server
from tests.fixtures.served_projects import CONFIG_PROJECT, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(CONFIG_PROJECT, tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture
async def sdk(server: Server) -> AsyncIterator[LangGraphClient]:
    async with get_client(url=server.url) as client:
        yield client


async def default_of(sdk: LangGraphClient, graph_id: str) -> str:
    return (await sdk.assistants.search(graph_id=graph_id))[0]["assistant_id"]


def node_ids(drawn: dict[str, Any]) -> list[str]:
    return [node["id"] for node in drawn["nodes"]]


async def test_a_graph_is_drawn_as_nodes_and_edges(sdk: LangGraphClient) -> None:
    drawn: Any = await sdk.assistants.get_graph("parent")  # by the graph's id, as clients do

    assert drawn == {
        "nodes": [
            {"id": "__start__", "type": "runnable", "data": {"name": "__start__"}},
            {"id": "child", "type": "runnable", "data": {"name": "child"}},
            {"id": "__end__"},
        ],
        "edges": [{"source": "__start__", "target": "child"}, {"source": "child", "target": "__end__"}],
    }


@pytest.mark.parametrize("xray", [True, 1])
async def test_xray_looks_into_subgraphs(sdk: LangGraphClient, xray: bool | int) -> None:
    drawn: Any = await sdk.assistants.get_graph(await default_of(sdk, "parent"), xray=xray)

    assert "child:tell" in node_ids(drawn)


async def test_a_wrong_xray_is_refused(sdk: LangGraphClient) -> None:
    with pytest.raises(UnprocessableEntityError, match="Invalid xray value"):
        await sdk.assistants.get_graph("parent", xray=-1)


async def test_schemas_describe_what_a_graph_takes_and_gives(sdk: LangGraphClient) -> None:
    schemas: Any = await sdk.assistants.get_schemas(await default_of(sdk, "plain"))

    assert schemas["graph_id"] == "plain"
    for name in ("input_schema", "output_schema", "state_schema"):
        assert "made_by" in schemas[name]["properties"]
    assert schemas["context_schema"]["properties"]["tenant"]["default"] == "nobody"
    assert schemas["config_schema"] == schemas["context_schema"]


async def test_a_graph_without_context_has_no_schema_of_it(sdk: LangGraphClient) -> None:
    schemas: Any = await sdk.assistants.get_schemas(await default_of(sdk, "parent"))

    assert (schemas["config_schema"], schemas["context_schema"]) == ({}, None)


async def test_subgraphs_come_by_namespace_with_their_schemas(sdk: LangGraphClient) -> None:
    assistant = await default_of(sdk, "parent")

    every: Any = await sdk.assistants.get_subgraphs(assistant, recurse=True)
    one: Any = await sdk.assistants.get_subgraphs(assistant, namespace="child")
    none: Any = await sdk.assistants.get_subgraphs(assistant, namespace="nobody")

    assert list(every) == list(one) == ["child"]
    assert "made_by" in every["child"]["input_schema"]["properties"]
    assert none == {}


async def test_a_factory_is_told_that_its_graph_is_only_looked_at(
    sdk: LangGraphClient, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    diary = tmp_path / "diary"
    monkeypatch.setenv("CONFIG_PROJECT_DIARY", str(diary))

    await sdk.assistants.get_schemas(await default_of(sdk, "from_runtime"))

    assert diary.read_text() == "from_runtime for assistants.read\n"
