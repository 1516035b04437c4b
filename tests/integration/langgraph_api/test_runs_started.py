"""Ways to start a run: without a thread, many at a time, later, from a checkpoint."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fixtures.busy_threads import begin, new_thread

HELLO = {"messages": [{"role": "user", "content": "hi"}]}
REVIEW: dict[str, Any] = {"assistant_id": "review", "input": {}}
NOBODY = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
async def thread(project_client: httpx.AsyncClient) -> str:
    return await new_thread(project_client)


async def test_a_background_run_without_a_thread_gets_one(project_client: httpx.AsyncClient) -> None:
    created = await project_client.post("/runs", json=REVIEW)

    run = created.json()
    place = f"/threads/{run['thread_id']}/runs/{run['run_id']}"
    assert (created.headers["content-location"], run["kwargs"]["temporary"]) == (place, True)
    assert (await project_client.get(f"{place}/join")).json()["steps"] == ["first"]


async def test_a_batch_starts_every_run(project_client: httpx.AsyncClient) -> None:
    created = await project_client.post(
        "/runs/batch", json=[REVIEW, {"assistant_id": "agent", "input": HELLO}]
    )

    runs = created.json()
    assert [run["status"] for run in runs] == ["pending", "pending"]
    assert [list(run["metadata"]) for run in runs] == [["created_by", "assistant_id"]] * 2
    for run, steps in zip(runs, (["first"], ["model", "after"]), strict=True):
        joined = await project_client.get(f"/threads/{run['thread_id']}/runs/{run['run_id']}/join")
        assert joined.json()["steps"] == steps


async def test_a_batch_with_one_wrong_run_starts_none(project_client: httpx.AsyncClient) -> None:
    before = (await project_client.get("/api/v1/runs?limit=1000")).json()

    refused = await project_client.post("/runs/batch", json=[REVIEW, {"assistant_id": "nope"}])

    assert refused.status_code == 422
    assert (await project_client.get("/api/v1/runs?limit=1000")).json() == before


@pytest.mark.parametrize("route", ["/runs", "/runs/wait", "/runs/stream"])
async def test_a_run_without_a_thread_has_nothing_to_resume(
    project_client: httpx.AsyncClient, route: str
) -> None:
    response = await project_client.post(route, json={"assistant_id": "review", "command": {"resume": 1}})

    assert response.status_code == 400
    assert response.json()["detail"] == "You must provide a thread_id when resuming."


async def test_config_and_context_exclude_each_other(project_client: httpx.AsyncClient, thread: str) -> None:
    body = REVIEW | {"config": {"configurable": {"a": 1}}, "context": {"b": 1}}

    response = await project_client.post(f"/threads/{thread}/runs", json=body)

    assert response.status_code == 400
    assert response.json()["detail"].startswith("Cannot specify both configurable and context.")


async def test_an_unknown_thread_is_made_when_that_is_asked_for(project_client: httpx.AsyncClient) -> None:
    thread = "22222222-1111-4111-8111-111111111112"

    refused = await project_client.post(f"/threads/{thread}/runs/wait", json=REVIEW)
    made = await project_client.post(
        f"/threads/{thread}/runs/wait", json=REVIEW | {"if_not_exists": "create"}
    )

    assert refused.status_code == 404
    assert made.json()["steps"] == ["first"]


async def test_a_run_for_later_is_dated_to_its_beginning_and_keeps_nobody_waiting(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    later = await begin(project_client, thread, **REVIEW, after_seconds=3600)

    at_once = await project_client.post(f"/threads/{thread}/runs/wait", json=REVIEW)

    run = (await project_client.get(later)).json()
    ahead = datetime.fromisoformat(run["created_at"]) - datetime.fromisoformat(run["updated_at"])
    assert timedelta(seconds=3599) < ahead <= timedelta(seconds=3600)
    assert (run["status"], run["kwargs"]["config"]["configurable"]["__after_seconds__"]) == ("pending", 3600)
    assert at_once.json()["steps"] == ["first"]


async def test_a_run_for_later_begins_when_its_time_has_come(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    place = await begin(project_client, thread, **REVIEW, after_seconds=0.3)

    joined = await project_client.get(f"{place}/join")

    assert joined.json()["steps"] == ["first"]
    run = (await project_client.get(f"/api/v1/runs/{place.split('/')[-1]}")).json()
    assert run["started_at"] >= run["created_at"]


async def test_a_run_starts_from_the_checkpoint_that_it_names(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    body = {"assistant_id": "agent", "input": HELLO}
    await project_client.post(f"/threads/{thread}/runs/wait", json=body)
    first = (await project_client.get(f"/threads/{thread}/state")).json()["checkpoint"]
    await project_client.post(f"/threads/{thread}/runs/wait", json=body)

    by_object = await project_client.post(f"/threads/{thread}/runs/wait", json=body | {"checkpoint": first})
    by_id = await project_client.post(
        f"/threads/{thread}/runs/wait", json=body | {"checkpoint_id": first["checkpoint_id"]}
    )

    assert [answer.json()["steps"] for answer in (by_object, by_id)] == [["model", "after"] * 2] * 2


async def test_a_run_that_stops_before_a_node_goes_on_with_no_input(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    body = {"assistant_id": "agent", "input": HELLO, "interrupt_before": ["after"]}
    place = f"/threads/{thread}/runs/wait"

    stopped = await project_client.post(place, json=body)
    gone_on = await project_client.post(place, json={"assistant_id": "agent", "input": None})

    assert (stopped.json()["steps"], gone_on.json()["steps"]) == (["model"], ["model", "after"])
    assert "__interrupt__" not in stopped.json()


async def test_what_is_langsmiths_alone_is_accepted(project_client: httpx.AsyncClient, thread: str) -> None:
    extras = {"feedback_keys": ["good"], "langsmith_tracer": {"project_name": "p"}, "durability": "exit"}

    run = (await project_client.post(f"/threads/{thread}/runs", json=REVIEW | extras)).json()

    kwargs = run["kwargs"]
    assert (kwargs["feedback_keys"], kwargs["durability"]) == (["good"], "exit")
    assert kwargs["checkpoint_during"] is False


@pytest.mark.parametrize("route", ["join", "stream"])
async def test_leaving_a_join_stops_the_run_when_that_is_asked_for(
    project_client: httpx.AsyncClient, thread: str, tmp_path: Path, route: str
) -> None:
    body = {"assistant_id": "slow", "input": {"gate": str(tmp_path / "never")}}
    place = await begin(project_client, thread, **body)

    async with project_client.stream("GET", f"{place}/{route}?cancel_on_disconnect=true"):
        pass
    await project_client.get(f"{place}/join")

    assert (await project_client.get(place)).json()["status"] == "interrupted"


async def test_leaving_while_waiting_stops_the_run_when_that_is_asked_for(
    project_client: httpx.AsyncClient, thread: str, tmp_path: Path
) -> None:
    body = {"assistant_id": "slow", "input": {"gate": str(tmp_path / "never")}, "on_disconnect": "cancel"}

    async with project_client.stream("POST", f"/threads/{thread}/runs/wait", json=body) as response:
        place = response.headers["content-location"]
    await project_client.get(f"{place}/join")

    assert (await project_client.get(place)).json()["status"] == "interrupted"
