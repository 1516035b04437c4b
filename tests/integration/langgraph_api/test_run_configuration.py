"""What a node is configured with, whoever said it."""

from typing import Any

import httpx
import pytest

from tests.fixtures.busy_threads import new_thread

ECHO: dict[str, Any] = {"assistant_id": "echo", "input": {}}
TIMES = ("__request_start_time_ms__", "__after_seconds__")


@pytest.fixture
async def thread(project_client: httpx.AsyncClient) -> str:
    return await new_thread(project_client)


async def echoed(client: httpx.AsyncClient, thread: str, **body: Any) -> dict[str, Any]:
    """What a node of a run was given."""
    return (await client.post(f"/threads/{thread}/runs/wait", json=ECHO | body)).json()["answer"]


async def test_a_node_knows_its_run_its_thread_and_its_caller(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    seen = (await echoed(project_client, thread, config={"configurable": {"my_key": "v"}}))["configurable"]

    [run] = (await project_client.get(f"/threads/{thread}/runs")).json()
    for key in ("run_id", "thread_id", "assistant_id"):
        assert seen[key] == run[key]
    assert (seen["my_key"], seen["graph_id"], seen["user_id"]) == ("v", "echo", "")
    assert (seen["langgraph_auth_user"], seen["langgraph_auth_permissions"]) == ("None", "[]")
    assert seen["langgraph_request_id"]
    assert int(seen["__request_start_time_ms__"]) > 0
    assert not [key for key in seen if key.startswith("__") and key not in TIMES]


@pytest.mark.parametrize(
    "key", ["langgraph_auth_user_id", "__fencing_token", "__pregel_strict_resume", "user_id", "thread_id"]
)
async def test_a_caller_cannot_set_what_is_ours(
    project_client: httpx.AsyncClient, thread: str, key: str
) -> None:
    await echoed(project_client, thread, config={"configurable": {key: "forged"}})

    [run] = (await project_client.get(f"/threads/{thread}/runs")).json()
    assert "forged" not in run["kwargs"]["config"]["configurable"].values()


async def test_the_context_holds_what_its_schema_knows_and_is_configurable_as_well(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    seen = await echoed(project_client, thread, context={"model_name": "m1", "unknown": "u"})

    assert seen["context"] == {"model_name": "m1"}
    assert seen["configurable"]["model_name"] == "m1"
    assert "unknown" not in seen["configurable"]


async def test_what_a_caller_configures_reaches_a_context_that_knows_it(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    seen = await echoed(project_client, thread, config={"configurable": {"model_name": "m2", "other": 1}})

    assert seen["context"] == {"model_name": "m2"}


async def test_metadata_of_thread_config_and_run_are_merged_the_later_wins(
    project_client: httpx.AsyncClient,
) -> None:
    body = {"metadata": {"of": "thread", "a": 1}}
    thread = (await project_client.post("/threads", json=body)).json()["thread_id"]

    seen = await echoed(
        project_client, thread, config={"metadata": {"of": "config", "b": 2}}, metadata={"of": "run", "c": 3}
    )

    found = {key: seen["metadata"][key] for key in ("of", "a", "b", "c", "created_by", "graph_id")}
    assert found == {"of": "run", "a": "1", "b": "2", "c": "3", "created_by": "system", "graph_id": "echo"}


async def test_every_attempt_says_of_which_run_and_on_what_it_is(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    seen = (await echoed(project_client, thread))["metadata"]

    [run] = (await project_client.get(f"/threads/{thread}/runs")).json()
    assert (seen["run_id"], seen["thread_id"], seen["run_attempt"]) == (run["run_id"], thread, "1")
    assert seen.keys() >= {"langgraph_version", "langgraph_api_version", "langgraph_host", "langgraph_node"}


@pytest.mark.parametrize("key", ["thread_id", "run_id", "assistant_id", "cron_id"])
async def test_reserved_metadata_is_dropped(project_client: httpx.AsyncClient, thread: str, key: str) -> None:
    await echoed(project_client, thread, metadata={key: "forged"}, config={"metadata": {key: "forged"}})

    [run] = (await project_client.get(f"/threads/{thread}/runs")).json()
    assert run["metadata"].get(key) != "forged"


async def test_tags_reach_the_nodes(project_client: httpx.AsyncClient, thread: str) -> None:
    assert (await echoed(project_client, thread, config={"tags": ["t1"]}))["tags"] == ["t1"]
