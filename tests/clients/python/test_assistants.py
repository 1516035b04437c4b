"""The SDK's assistants."""

import uuid
from typing import Any

import pytest
from langgraph_sdk.errors import ConflictError, NotFoundError

from tests.clients.python.calls import NOBODY, done

AGENT = str(uuid.uuid5(uuid.UUID("6ba7b821-9dad-11d1-80b4-00c04fd430c8"), "agent"))


@pytest.fixture
async def assistant_id(client: Any) -> str:
    made = await done(client.assistants.create("agent", name="Clerk", context={"model_name": "m"}))
    return made["assistant_id"]


async def test_every_graph_has_an_assistant_of_its_own(client: Any) -> None:
    found = await done(client.assistants.get(AGENT))

    assert (found["graph_id"], found["version"], found["metadata"]) == ("agent", 1, {"created_by": "system"})


async def test_a_created_assistant_is_found_by_its_metadata(client: Any) -> None:
    mark = {"mark": str(uuid.uuid4())}
    made = await done(client.assistants.create("echo", metadata=mark, description="repeats"))

    found = await done(client.assistants.search(metadata=mark))

    assert [each["assistant_id"] for each in found] == [made["assistant_id"]]
    assert await done(client.assistants.count(metadata=mark)) == 1


async def test_a_search_tells_where_its_next_page_begins(client: Any) -> None:
    page = await done(client.assistants.search(limit=1, response_format="object"))

    assert (len(page["assistants"]), page["next"]) == (1, "1")


async def test_an_assistant_of_the_same_id_is_refused(client: Any, assistant_id: str) -> None:
    with pytest.raises(ConflictError):
        await done(client.assistants.create("agent", assistant_id=assistant_id))


async def test_an_assistant_of_the_same_id_may_be_taken_as_it_is(client: Any, assistant_id: str) -> None:
    same = await done(client.assistants.create("agent", assistant_id=assistant_id, if_exists="do_nothing"))

    assert same["name"] == "Clerk"


async def test_an_update_makes_a_version_that_can_be_left_again(client: Any, assistant_id: str) -> None:
    updated = await done(client.assistants.update(assistant_id, name="Chief", metadata={"k": "v"}))
    versions = await done(client.assistants.get_versions(assistant_id))
    back = await done(client.assistants.set_latest(assistant_id, 1))

    assert (updated["version"], updated["name"], updated["metadata"]["k"]) == (2, "Chief", "v")
    assert [each["version"] for each in versions] == [2, 1]
    assert back["version"] == 1


async def test_a_deleted_assistant_is_gone(client: Any, assistant_id: str) -> None:
    await done(client.assistants.delete(assistant_id))

    with pytest.raises(NotFoundError):
        await done(client.assistants.get(assistant_id))


async def test_an_unknown_assistant_is_not_found(client: Any) -> None:
    with pytest.raises(NotFoundError):
        await done(client.assistants.get(NOBODY))


async def test_a_graph_is_drawn_with_its_subgraphs(client: Any) -> None:
    graph = await done(client.assistants.get_graph("parent", xray=True))

    assert "child:sub_node" in {node["id"] for node in graph["nodes"]}


async def test_a_graph_tells_its_schemas(client: Any, assistant_id: str) -> None:
    schemas = await done(client.assistants.get_schemas(assistant_id))

    assert {"messages", "steps"} <= schemas["input_schema"]["properties"].keys()
    assert {"model_name", "user_id"} == schemas["context_schema"]["properties"].keys()


async def test_a_graph_tells_its_subgraphs(client: Any) -> None:
    (parent,) = await done(client.assistants.search(graph_id="parent"))

    found = await done(client.assistants.get_subgraphs(parent["assistant_id"], recurse=True))
    named = await done(client.assistants.get_subgraphs(parent["assistant_id"], namespace="child"))

    assert list(found) == list(named) == ["child"]


async def test_an_assistants_context_reaches_its_runs(client: Any, assistant_id: str) -> None:
    made = await done(client.assistants.create("echo", context={"model_name": "mine"}))

    result = await done(client.runs.wait(None, made["assistant_id"], input={}))

    assert result["answer"]["vals"]["model_name"] == "mine"
