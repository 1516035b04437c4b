"""What is known of runs: lists, one run, and how runs are stopped and removed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fixtures.busy_threads import at_the_gate, begin, new_thread

NOBODY = "11111111-1111-1111-1111-111111111111"
REVIEW: dict[str, Any] = {"assistant_id": "review", "input": {}}


@pytest.fixture
async def thread(project_client: httpx.AsyncClient) -> str:
    return await new_thread(project_client)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[str]:
    """The name of a file that is not there until the end."""
    yield str(tmp_path / "gate")
    (tmp_path / "gate").touch()


async def ended(client: httpx.AsyncClient, thread: str, **body: Any) -> str:
    """A run that has ended; its place."""
    place = await begin(client, thread, **(REVIEW | body))
    await client.get(f"{place}/join")
    return place


async def test_a_threads_runs_are_listed_newest_first(project_client: httpx.AsyncClient, thread: str) -> None:
    places = [await ended(project_client, thread) for _ in range(3)]

    listed = (await project_client.get(f"/threads/{thread}/runs", params={"limit": 2, "offset": 1})).json()

    assert [run["run_id"] for run in listed] == [place.split("/")[-1] for place in places[1::-1]]


async def test_a_list_holds_runs_of_one_status_and_their_chosen_fields(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    await ended(project_client, thread)

    found = await project_client.get(
        f"/threads/{thread}/runs", params=[("status", "success"), ("select", "status"), ("select", "kwargs")]
    )
    none = await project_client.get(f"/threads/{thread}/runs", params={"status": "running"})

    assert [list(run) for run in found.json()] == [["status", "kwargs"]]
    assert none.json() == []


@pytest.mark.parametrize("query", ["select=nope", "status=nope", "limit=0", "limit=1001", "offset=-1"])
async def test_a_list_that_makes_no_sense_is_refused(
    project_client: httpx.AsyncClient, thread: str, query: str
) -> None:
    response = await project_client.get(f"/threads/{thread}/runs?{query}")

    assert response.status_code == 422


async def test_the_runs_of_an_unknown_thread_are_not_found(project_client: httpx.AsyncClient) -> None:
    assert (await project_client.get(f"/threads/{NOBODY}/runs")).status_code == 404


async def test_a_run_is_shown_as_the_official_server_shows_it(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    body = {"assistant_id": "agent", "input": {"messages": []}, "metadata": {"m": 1}}

    run = (await project_client.post(f"/threads/{thread}/runs", json=body)).json()

    metadata = {"created_by": "system", "graph_id": "agent", "assistant_id": run["assistant_id"], "m": 1}
    configurable = run["kwargs"]["config"]["configurable"]
    assert run["metadata"] == run["kwargs"]["config"]["metadata"] == metadata
    assert {key: configurable.pop(key) for key in ("run_id", "thread_id", "graph_id", "assistant_id")} == {
        "run_id": run["run_id"],
        "thread_id": thread,
        "graph_id": "agent",
        "assistant_id": run["assistant_id"],
    }
    assert configurable.pop("langgraph_request_id")
    assert configurable.pop("__request_start_time_ms__") > 0
    assert configurable == {
        "langgraph_auth_user": None,
        "langgraph_auth_user_id": "",
        "langgraph_auth_permissions": [],
        "__after_seconds__": 0,
        "user_id": "",
    }
    assert list(run["kwargs"]) == [
        "input",
        "command",
        "config",
        "context",
        "stream_mode",
        "interrupt_before",
        "interrupt_after",
        "webhook",
        "feedback_keys",
        "temporary",
        "subgraphs",
        "resumable",
        "checkpoint_during",
        "durability",
    ]


async def test_a_removed_run_is_gone_and_its_threads_state_stays(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    place = await ended(project_client, thread, input={"steps": ["kept"]}, stream_resumable=True)

    removed = await project_client.delete(place)

    assert (removed.status_code, removed.content) == (204, b"")
    assert (await project_client.get(place)).status_code == 404
    replayed = await project_client.get(f"{place}/stream", headers={"Last-Event-ID": "0"})
    assert "404: Run not found" in replayed.text
    state = (await project_client.get(f"/threads/{thread}/state")).json()
    assert state["values"]["steps"] == ["kept", "first"]


async def test_a_run_under_way_is_stopped_before_it_is_removed(
    project_client: httpx.AsyncClient, thread: str, gate: str
) -> None:
    place = await at_the_gate(project_client, thread, gate)

    assert (await project_client.delete(place)).status_code == 204

    assert (await project_client.get(f"/threads/{thread}")).json()["status"] == "interrupted"
    assert (await project_client.get(f"/threads/{thread}/runs")).json() == []


async def test_an_unknown_run_cannot_be_removed(project_client: httpx.AsyncClient, thread: str) -> None:
    response = await project_client.delete(f"/threads/{thread}/runs/{NOBODY}")

    assert (response.status_code, response.json()["detail"]) == (404, "Run not found")


async def test_some_runs_of_a_thread_are_stopped(
    project_client: httpx.AsyncClient, thread: str, gate: str
) -> None:
    under_way = await at_the_gate(project_client, thread, gate)
    waiting = await begin(project_client, thread, **REVIEW)
    run_ids = [place.split("/")[-1] for place in (under_way, waiting)]

    answer = await project_client.post("/runs/cancel", json={"thread_id": thread, "run_ids": run_ids})
    await project_client.get(f"{under_way}/join")

    assert (answer.status_code, answer.content) == (204, b"")
    listed = (await project_client.get(f"/threads/{thread}/runs")).json()
    assert [run["status"] for run in listed] == ["interrupted", "interrupted"]


async def test_all_runs_that_wait_are_stopped_and_those_under_way_go_on(
    project_client: httpx.AsyncClient, thread: str, gate: str
) -> None:
    under_way = await at_the_gate(project_client, thread, gate)
    waiting = await begin(project_client, thread, **REVIEW)

    await project_client.post("/runs/cancel?action=rollback", json={"status": "pending"})

    assert (await project_client.get(waiting)).status_code == 404
    assert (await project_client.get(under_way)).json()["status"] == "running"


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"status": "all", "thread_id": NOBODY}, 422, "'thread_id' and 'run_ids' must be omitted"),
        ({"thread_id": NOBODY}, 422, "Give either"),
        ({}, 422, "Give either"),
        ({"status": "done"}, 422, "status"),
        ({"thread_id": NOBODY, "run_ids": [NOBODY]}, 404, "No runs found to cancel."),
    ],
)
async def test_what_names_no_runs_stops_none(
    project_client: httpx.AsyncClient, body: dict[str, Any], status: int, says: str
) -> None:
    response = await project_client.post("/runs/cancel", json=body)

    assert response.status_code == status
    assert says in response.json()["detail"]


async def test_runs_that_have_ended_cannot_be_stopped(project_client: httpx.AsyncClient, thread: str) -> None:
    run_id = (await ended(project_client, thread)).split("/")[-1]

    response = await project_client.post("/runs/cancel", json={"thread_id": thread, "run_ids": [run_id]})

    assert response.status_code == 404
    assert response.json()["detail"].startswith("No matching runs to cancel.")
