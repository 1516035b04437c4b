"""Threads over HTTP, as the captures of the official server have them."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

NOBODY = "11111111-1111-1111-1111-111111111111"
HELLO = {"messages": [{"role": "user", "content": "hi"}]}


async def new_thread(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    response = await client.post("/threads", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def ran(client: httpx.AsyncClient, graph: str = "agent", **metadata: Any) -> str:
    """A thread on which a graph has run once."""
    thread = (await new_thread(client, metadata=metadata))["thread_id"]
    body = {"assistant_id": graph, "input": HELLO if graph == "agent" else {}}
    await client.post(f"/threads/{thread}/runs/wait", json=body)
    return thread


async def find(client: httpx.AsyncClient, **body: Any) -> list[dict[str, Any]]:
    response = await client.post("/threads/search", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_new_thread_has_just_the_official_fields(project_client: httpx.AsyncClient) -> None:
    thread = await new_thread(project_client, metadata={"graph_id": "agent", "owner": "bob"})

    assert list(thread) == [
        "thread_id", "created_at", "updated_at", "state_updated_at", "metadata", "status", "config", "values",
    ]  # fmt: skip
    assert thread["metadata"] == {"graph_id": "agent", "owner": "bob"}
    assert thread["created_at"] == thread["updated_at"] == thread["state_updated_at"]
    assert UUID(thread["thread_id"]).version == 7


async def test_after_a_run_a_thread_shows_error_and_interrupts(project_client: httpx.AsyncClient) -> None:
    thread = await ran(project_client)

    shown = (await project_client.get(f"/threads/{thread}")).json()

    assert shown["values"]["steps"] == ["model", "after"]
    assert (shown["error"], shown["interrupts"]) == (None, {})


async def test_an_interrupted_thread_shows_what_waits_by_task(project_client: httpx.AsyncClient) -> None:
    thread = await ran(project_client, "review")

    shown = (await project_client.get(f"/threads/{thread}")).json()

    [[question]] = shown["interrupts"].values()
    assert shown["status"] == "interrupted"
    assert (set(question), question["value"]) == ({"id", "value"}, {"question": "Go on?"})


async def test_a_failed_run_leaves_its_error_on_the_thread(project_client: httpx.AsyncClient) -> None:
    thread = (await new_thread(project_client))["thread_id"]
    body = {"assistant_id": "agent", "input": HELLO | {"fail": True}}

    await project_client.post(f"/threads/{thread}/runs/wait", json=body)

    shown = (await project_client.get(f"/threads/{thread}")).json()
    assert shown["error"] == {"error": "ValueError", "message": "boom from node"}
    assert shown["values"]["steps"] == ["model"]


async def test_metadata_that_are_ours_to_say_are_left_out(project_client: httpx.AsyncClient) -> None:
    thread = await new_thread(project_client, metadata={"run_id": "x", "cron_id": "y", "mine": 1})

    assert thread["metadata"] == {"mine": 1}


@pytest.mark.parametrize(
    "body",
    [
        {"thread_id": "not-a-uuid"},
        {"ttl": 5},
        {"ttl": {"ttl": 0}},
        {"metadata": []},
        {"if_exists": "maybe"},
        {"supersteps": [{}]},
    ],
)
async def test_a_thread_with_wrong_fields_is_refused(project_client: httpx.AsyncClient, body: Any) -> None:
    assert (await project_client.post("/threads", json=body)).status_code == 422


async def test_a_threads_id_is_kept_in_its_canonical_form(project_client: httpx.AsyncClient) -> None:
    chosen = uuid4()

    thread = await new_thread(project_client, thread_id=chosen.hex.upper())

    assert thread["thread_id"] == str(chosen)


async def test_supersteps_are_replayed_on_the_new_thread(project_client: httpx.AsyncClient) -> None:
    question = {"messages": [{"type": "human", "content": "q"}]}
    answer = {"messages": [{"type": "ai", "content": "a"}], "steps": ["x"]}
    steps = [
        {"updates": [{"values": question, "as_node": "__input__"}]},
        {"updates": [{"values": answer, "as_node": "model"}]},
    ]

    thread = await new_thread(project_client, metadata={"graph_id": "agent"}, supersteps=steps)

    assert thread["status"] == "interrupted"
    assert thread["values"]["steps"] == ["x"]
    state = (await project_client.get(f"/threads/{thread['thread_id']}/state")).json()
    assert state["next"] == ["after"]


async def test_supersteps_that_do_not_fit_answer_201_with_the_reason(
    project_client: httpx.AsyncClient,
) -> None:
    steps = [{"updates": [{"values": {}, "as_node": "nobody"}]}]
    body = {"thread_id": str(uuid4()), "metadata": {"graph_id": "agent"}, "supersteps": steps}

    response = await project_client.post("/threads", json=body)

    assert (response.status_code, response.json()["detail"]) == (201, "Node nobody does not exist")
    assert (await project_client.get(f"/threads/{body['thread_id']}")).status_code == 200


async def test_a_patch_merges_metadata(project_client: httpx.AsyncClient) -> None:
    thread = (await new_thread(project_client, metadata={"owner": "bob", "n": 1}))["thread_id"]

    response = await project_client.patch(f"/threads/{thread}", json={"metadata": {"n": 2}})

    assert response.json()["metadata"] == {"owner": "bob", "n": 2}
    assert response.json()["updated_at"] > response.json()["created_at"]


async def test_a_patch_answers_204_to_who_prefers_it(project_client: httpx.AsyncClient) -> None:
    thread = (await new_thread(project_client))["thread_id"]

    response = await project_client.patch(
        f"/threads/{thread}", json={"metadata": {"a": 1}}, headers={"Prefer": "return=minimal"}
    )

    assert (response.status_code, response.content) == (204, b"")
    assert (await project_client.get(f"/threads/{thread}")).json()["metadata"] == {"a": 1}


async def test_a_ttl_is_shown_to_who_asks_for_it(project_client: httpx.AsyncClient) -> None:
    thread = (await new_thread(project_client, ttl={"ttl": 5, "strategy": "keep_latest"}))["thread_id"]

    with_ttl = (await project_client.get(f"/threads/{thread}?include=ttl")).json()
    without = (await project_client.get(f"/threads/{thread}")).json()

    assert (with_ttl["ttl"]["ttl_minutes"], with_ttl["ttl"]["strategy"]) == (5, "keep_latest")
    assert with_ttl["ttl"]["expires_at"] > with_ttl["created_at"]
    assert "ttl" not in without


async def test_a_patch_gives_a_ttl(project_client: httpx.AsyncClient) -> None:
    thread = (await new_thread(project_client))["thread_id"]

    await project_client.patch(f"/threads/{thread}", json={"ttl": {"ttl": 9.5}})

    shown = (await project_client.get(f"/threads/{thread}?include=ttl")).json()
    assert (shown["ttl"]["ttl_minutes"], shown["ttl"]["strategy"]) == (9.5, "delete")


async def test_a_deleted_thread_is_gone_with_its_state(project_client: httpx.AsyncClient) -> None:
    thread = await ran(project_client)

    first = await project_client.delete(f"/threads/{thread}")
    second = await project_client.delete(f"/threads/{thread}")

    assert (first.status_code, second.status_code) == (204, 404)
    assert second.json()["detail"] == f"Thread with ID {thread} not found"
    again = await new_thread(project_client, thread_id=thread, metadata={"graph_id": "agent"})
    assert (await project_client.get(f"/threads/{again['thread_id']}/history")).json() == []


async def test_deleting_a_thread_stops_its_runs_first(
    project_client: httpx.AsyncClient, tmp_path: Path
) -> None:
    thread = (await new_thread(project_client))["thread_id"]
    diary = tmp_path / "diary"
    body = {"assistant_id": "stubborn", "input": {"diary": str(diary)}, "stream_mode": "custom"}
    async with project_client.stream("POST", f"/threads/{thread}/runs/stream", json=body) as stream:
        async for line in stream.aiter_lines():
            if "waiting" in line:
                break
        await project_client.post(f"/threads/{thread}/runs", json=body)

        response = await project_client.delete(f"/threads/{thread}")

    assert response.status_code == 204
    assert diary.read_text().count("n0 begins") == 1
    assert "cleaned up" in diary.read_text()
    assert (await project_client.get(f"/threads/{thread}")).status_code == 404


async def test_a_copy_has_the_sources_state_and_goes_its_own_way(project_client: httpx.AsyncClient) -> None:
    source = await ran(project_client, owner="bob")

    response = await project_client.post(f"/threads/{source}/copy")

    copy = response.json()
    assert UUID(copy["thread_id"]).version == 4
    assert (copy["metadata"]["owner"], copy["config"]) == ("bob", {})
    assert set(copy) == {
        "thread_id", "created_at", "updated_at", "state_updated_at", "metadata", "status", "config",
    }  # fmt: skip
    update = {"values": {"steps": ["only here"]}, "as_node": "model"}
    await project_client.post(f"/threads/{copy['thread_id']}/state", json=update)
    copied = (await project_client.get(f"/threads/{copy['thread_id']}/state")).json()
    kept = (await project_client.get(f"/threads/{source}/state")).json()
    assert copied["values"]["steps"] == ["model", "after", "only here"]
    assert kept["values"]["steps"] == ["model", "after"]


async def test_a_thread_shows_its_last_runs_config_without_what_is_configurable(
    project_client: httpx.AsyncClient,
) -> None:
    thread = (await project_client.post("/threads", json={})).json()["thread_id"]
    config = {"tags": ["t"], "recursion_limit": 7, "configurable": {"secret": "s"}}
    run = {"assistant_id": "echo", "input": {}, "config": config}

    await project_client.post(f"/threads/{thread}/runs/wait", json=run)

    shown = (await project_client.get(f"/threads/{thread}")).json()["config"]
    copied = (await project_client.post(f"/threads/{thread}/copy")).json()["config"]
    assert (shown, copied) == ({"tags": ["t"], "recursion_limit": 7, "configurable": {}}, {})


async def test_a_runs_nested_metadata_are_kept_with_its_states_and_found(
    project_client: httpx.AsyncClient,
) -> None:
    thread = (await project_client.post("/threads", json={})).json()["thread_id"]
    metadata = {"nested": {"a": [1, {"b": None}]}, "nothing": None}
    run = {"assistant_id": "echo", "input": {}, "metadata": metadata}
    await project_client.post(f"/threads/{thread}/runs/wait", json=run)

    state = (await project_client.get(f"/threads/{thread}/state")).json()
    wanted = {"metadata": {"nested": metadata["nested"]}, "limit": 10}
    history = (await project_client.post(f"/threads/{thread}/history", json=wanted)).json()

    assert metadata.items() <= state["metadata"].items()
    assert len(history) > 1


async def test_an_interrupted_threads_copy_can_be_resumed(project_client: httpx.AsyncClient) -> None:
    source = await ran(project_client, "review")
    copy = (await project_client.post(f"/threads/{source}/copy")).json()["thread_id"]

    shown = (await project_client.get(f"/threads/{copy}")).json()
    body = {"assistant_id": "review", "command": {"resume": "yes"}}
    outcome = (await project_client.post(f"/threads/{copy}/runs/wait", json=body)).json()

    assert (shown["status"], len(shown["interrupts"])) == ("interrupted", 1)
    assert outcome["steps"] == ["first", "yes"]


async def test_copying_nothing_is_a_conflict_as_officially(project_client: httpx.AsyncClient) -> None:
    response = await project_client.post(f"/threads/{NOBODY}/copy")

    assert (response.status_code, response.json()["detail"]) == (409, "Conflict")


async def test_pruning_removes_threads_and_passes_unknown_ones_over(
    project_client: httpx.AsyncClient,
) -> None:
    thread = await ran(project_client)

    response = await project_client.post("/threads/prune", json={"thread_ids": [thread, NOBODY]})

    assert response.json() == {"pruned_count": 1}
    assert (await project_client.get(f"/threads/{thread}")).status_code == 404


async def test_pruning_can_keep_the_latest_checkpoint(project_client: httpx.AsyncClient) -> None:
    thread = await ran(project_client)
    body = {"thread_ids": [thread], "strategy": "keep_latest"}

    response = await project_client.post("/threads/prune", json=body)

    history = (await project_client.post(f"/threads/{thread}/history", json={"limit": 10})).json()
    assert response.json() == {"pruned_count": 1}
    assert [state["values"]["steps"] for state in history] == [["model", "after"]]


async def test_storage_counts_what_a_thread_takes_up(project_client: httpx.AsyncClient) -> None:
    empty = (await new_thread(project_client))["thread_id"]
    thread = await ran(project_client)

    nothing = (await project_client.get(f"/threads/{empty}/storage")).json()
    something = (await project_client.get(f"/threads/{thread}/storage")).json()

    assert nothing == {
        "thread_id": empty,
        "total_bytes": 0,
        "checkpoints": {"count": 0, "bytes": 0},
        "channel_values": {"count": 0, "bytes": 0, "by_channel": {}},
        "pending_writes": {"count": 0, "bytes": 0},
    }
    parts = [something[name] for name in ("checkpoints", "channel_values", "pending_writes")]
    assert something["checkpoints"]["count"] == 4
    assert something["total_bytes"] == sum(part["bytes"] for part in parts)
    assert set(something["channel_values"]["by_channel"]["messages"]) == {"versions", "bytes"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", ""), ("DELETE", ""), ("GET", "/storage"), ("GET", "/state"), ("POST", "/state"),
        ("GET", "/history"), ("POST", "/history"), ("GET", "/state/1f000000-0000-6000-8000-000000000000"),
    ],
)  # fmt: skip
async def test_an_unknown_thread_is_404(project_client: httpx.AsyncClient, method: str, path: str) -> None:
    response = await project_client.request(method, f"/threads/{NOBODY}{path}", json={})

    assert (response.status_code, response.json()["detail"]) == (404, f"Thread with ID {NOBODY} not found")


@pytest.mark.parametrize("path", ["", "/state", "/history", "/storage", "/stream"])
async def test_a_threads_id_must_be_a_uuid(project_client: httpx.AsyncClient, path: str) -> None:
    response = await project_client.get(f"/threads/abc{path}")

    assert (response.status_code, response.json()["detail"]) == (422, "Invalid thread ID: must be a UUID")
