"""Reading and changing a thread's state over HTTP, as the captures of the official server have it."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fixtures.sse import parse

HELLO = {"messages": [{"role": "user", "content": "hi"}]}
NOWHERE = "1f000000-0000-6000-8000-000000000000"


@pytest.fixture
async def thread(project_client: httpx.AsyncClient) -> str:
    """A thread on which the agent has run once."""
    return await ran(project_client, "agent", HELLO)


async def ran(client: httpx.AsyncClient, graph: str, given: Any) -> str:
    thread = (await client.post("/threads", json={})).json()["thread_id"]
    await client.post(f"/threads/{thread}/runs/wait", json={"assistant_id": graph, "input": given})
    return thread


async def state(client: httpx.AsyncClient, thread: str, query: str = "") -> dict[str, Any]:
    return (await client.get(f"/threads/{thread}/state{query}")).json()


async def history(client: httpx.AsyncClient, thread: str, **body: Any) -> list[dict[str, Any]]:
    response = await client.post(f"/threads/{thread}/history", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def update(client: httpx.AsyncClient, thread: str, **body: Any) -> httpx.Response:
    return await client.post(f"/threads/{thread}/state", json=body)


async def test_a_state_has_just_the_official_fields(project_client: httpx.AsyncClient, thread: str) -> None:
    shown = await state(project_client, thread)

    assert list(shown) == [
        "values", "next", "tasks", "metadata", "created_at", "checkpoint", "parent_checkpoint", "interrupts",
        "checkpoint_id", "parent_checkpoint_id",
    ]  # fmt: skip
    assert (shown["next"], shown["tasks"], shown["interrupts"]) == ([], [], [])
    assert shown["checkpoint"] == {
        "checkpoint_id": shown["checkpoint_id"],
        "thread_id": thread,
        "checkpoint_ns": "",
    }


async def test_a_thread_without_runs_has_an_empty_state(project_client: httpx.AsyncClient) -> None:
    thread = (await project_client.post("/threads", json={"metadata": {"graph_id": "agent"}})).json()

    shown = await state(project_client, thread["thread_id"])

    assert shown == {
        "values": {}, "next": [], "tasks": [], "metadata": None, "created_at": None, "checkpoint": None,
        "parent_checkpoint": None, "interrupts": [], "checkpoint_id": None, "parent_checkpoint_id": None,
    }  # fmt: skip


async def test_a_failed_task_shows_its_error(project_client: httpx.AsyncClient) -> None:
    thread = await ran(project_client, "agent", HELLO | {"fail": True})

    [task] = (await state(project_client, thread))["tasks"]

    assert list(task) == ["id", "name", "path", "error", "interrupts", "checkpoint", "state", "result"]
    assert (task["name"], task["error"]) == ("after", "ValueError('boom from node')")


async def test_a_waiting_task_shows_its_question(project_client: httpx.AsyncClient) -> None:
    thread = await ran(project_client, "review", {})

    shown = await state(project_client, thread)

    [task] = shown["tasks"]
    assert [set(it) for it in task["interrupts"]] == [{"id", "value"}]
    assert shown["interrupts"] == task["interrupts"]


async def test_an_earlier_state_can_be_read(project_client: httpx.AsyncClient, thread: str) -> None:
    earlier = (await history(project_client, thread, limit=10))[1]

    by_path = await state(project_client, thread, f"/{earlier['checkpoint_id']}")
    body = {"checkpoint": earlier["checkpoint"]}
    by_body = (await project_client.post(f"/threads/{thread}/state/checkpoint", json=body)).json()

    assert by_body == earlier
    named = {name: earlier["checkpoint"][name] for name in ("checkpoint_id", "thread_id")}
    assert by_path == earlier | {"checkpoint": named}
    assert (by_path["values"]["steps"], by_path["next"]) == (["model"], ["after"])
    assert by_path["tasks"][0]["result"] == {"steps": ["after"]}


async def test_a_missing_checkpoint_reads_as_empty_and_is_named(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    shown = await state(project_client, thread, f"/{NOWHERE}")

    assert (shown["values"], shown["checkpoint_id"]) == ({}, NOWHERE)
    assert shown["checkpoint"]["thread_id"] == thread


async def test_a_subgraphs_state_is_shown_on_request(project_client: httpx.AsyncClient) -> None:
    thread = await ran(project_client, "nested", {})

    [alone] = (await state(project_client, thread))["tasks"]
    [task] = (await state(project_client, thread, "?subgraphs=true"))["tasks"]

    assert alone["state"] is None
    assert alone["checkpoint"]["checkpoint_ns"].startswith("child:")
    assert (task["name"], task["state"]["next"]) == ("child", ["ask"])
    assert task["state"]["values"]["steps"] == ["begin"]
    assert task["state"]["tasks"][0]["interrupts"] == task["interrupts"]


async def test_a_subgraphs_state_can_be_read_by_its_checkpoint(project_client: httpx.AsyncClient) -> None:
    thread = await ran(project_client, "nested", {})
    [task] = (await state(project_client, thread))["tasks"]
    body = {"checkpoint": task["checkpoint"]}

    shown = (await project_client.post(f"/threads/{thread}/state/checkpoint", json=body)).json()

    assert shown["next"] == ["ask"]
    assert shown["checkpoint"]["checkpoint_ns"] == task["checkpoint"]["checkpoint_ns"]


async def test_history_is_newest_first_and_limited(project_client: httpx.AsyncClient, thread: str) -> None:
    everything = await history(project_client, thread, limit=10)

    assert [it["metadata"]["step"] for it in everything] == [2, 1, 0, -1]
    assert await history(project_client, thread) == everything[:1]
    assert (await project_client.get(f"/threads/{thread}/history")).json() == everything


async def test_history_before_a_checkpoint(project_client: httpx.AsyncClient, thread: str) -> None:
    everything = await history(project_client, thread, limit=10)
    last = everything[1]["checkpoint_id"]

    plain = await history(project_client, thread, limit=10, before={"checkpoint_id": last})
    config = {"configurable": {"checkpoint_id": last}}
    as_config = await history(project_client, thread, limit=10, before=config)
    by_query = (await project_client.get(f"/threads/{thread}/history?before={last}")).json()

    assert plain == as_config == by_query == everything[2:]


async def test_history_by_metadata(project_client: httpx.AsyncClient, thread: str) -> None:
    found = await history(project_client, thread, limit=5, metadata={"step": 1})

    assert [it["values"]["steps"] for it in found] == [["model"]]


async def test_history_before_a_text_is_refused(project_client: httpx.AsyncClient, thread: str) -> None:
    response = await project_client.post(f"/threads/{thread}/history", json={"before": NOWHERE})

    assert response.status_code == 422


async def test_an_update_acts_as_a_node(project_client: httpx.AsyncClient, thread: str) -> None:
    response = await update(project_client, thread, values={"steps": ["manual"]}, as_node="model")

    shown = await state(project_client, thread)
    named = {"thread_id": thread, "checkpoint_ns": "", "checkpoint_id": shown["checkpoint_id"]}
    assert response.json() == {
        "checkpoint": named,
        "configurable": named,
        "checkpoint_id": shown["checkpoint_id"],
    }
    assert (shown["values"]["steps"][-1], shown["next"]) == ("manual", ["after"])
    assert (shown["metadata"]["source"], shown["metadata"]["graph_id"]) == ("update", "agent")


async def test_an_update_sets_the_threads_status_and_values(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    await update(project_client, thread, values={"steps": ["manual"]}, as_node="model")
    interrupted = (await project_client.get(f"/threads/{thread}")).json()

    await update(project_client, thread, values={"steps": ["end"]}, as_node="after")
    idle = (await project_client.get(f"/threads/{thread}")).json()

    assert (interrupted["status"], interrupted["values"]["steps"][-1]) == ("interrupted", "manual")
    assert (idle["status"], idle["values"]["steps"][-1]) == ("idle", "end")
    assert idle["state_updated_at"] > interrupted["state_updated_at"]


async def test_an_update_clears_the_error_of_a_failed_run(project_client: httpx.AsyncClient) -> None:
    thread = await ran(project_client, "agent", HELLO | {"fail": True})

    await update(project_client, thread, values={"steps": ["mended"]}, as_node="after")

    shown = (await project_client.get(f"/threads/{thread}")).json()
    assert (shown["status"], shown["error"]) == ("idle", None)


@pytest.mark.parametrize("form", ["checkpoint", "checkpoint_id"])
async def test_an_update_may_fork_from_an_earlier_state(
    project_client: httpx.AsyncClient, thread: str, form: str
) -> None:
    earlier = (await history(project_client, thread, limit=10))[2]

    await update(project_client, thread, values={"steps": ["forked"]}, **{form: earlier[form]})

    shown = await state(project_client, thread)
    assert shown["values"]["steps"] == ["forked"]
    assert shown["parent_checkpoint_id"] == earlier["checkpoint_id"]


async def test_a_checkpoint_can_be_copied_to_run_from_it_again(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    earlier = (await history(project_client, thread, limit=10))[2]

    response = await update(
        project_client, thread, values=None, as_node="__copy__", checkpoint=earlier["checkpoint"]
    )

    shown = await state(project_client, thread)
    assert response.json()["checkpoint_id"] == shown["checkpoint_id"]
    assert (shown["metadata"]["source"], shown["next"]) == ("fork", ["model"])
    assert shown["values"] == earlier["values"]


async def test_a_subgraphs_state_can_be_changed(project_client: httpx.AsyncClient) -> None:
    thread = await ran(project_client, "nested", {})
    [task] = (await state(project_client, thread))["tasks"]

    await update(
        project_client, thread, values={"steps": ["for it"]}, as_node="ask", checkpoint=task["checkpoint"]
    )

    [task] = (await state(project_client, thread, "?subgraphs=true"))["tasks"]
    assert task["state"]["values"]["steps"] == ["begin", "for it"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"values": {"steps": ["x"]}, "as_node": "zzz"}, "Node zzz does not exist"),
        ({"values": {"steps": 5}, "as_node": "model"}, 'can only concatenate list (not "int") to list'),
    ],
)
async def test_an_update_that_does_not_fit_changes_nothing(
    project_client: httpx.AsyncClient, thread: str, body: Any, problem: str
) -> None:
    before = await state(project_client, thread)

    response = await update(project_client, thread, **body)

    assert (response.status_code, response.json()["detail"]) == (400, problem)
    assert await state(project_client, thread) == before


async def test_a_thread_without_a_graph_cannot_be_updated(project_client: httpx.AsyncClient) -> None:
    thread = (await project_client.post("/threads", json={})).json()["thread_id"]

    response = await update(project_client, thread, values={"steps": ["x"]})

    assert response.status_code == 400
    assert response.json()["detail"].startswith(f"Thread '{thread}' has no assigned graph ID.")


async def test_a_state_cannot_be_changed_while_a_run_is_under_way(
    project_client: httpx.AsyncClient, tmp_path: Path
) -> None:
    thread = (await project_client.post("/threads", json={})).json()["thread_id"]
    body = {"assistant_id": "slow", "input": {"gate": str(tmp_path / "gate")}}
    run = (await project_client.post(f"/threads/{thread}/runs", json=body)).json()

    refused = await update(project_client, thread, values={"steps": ["x"]})
    (tmp_path / "gate").touch()
    await project_client.get(f"/threads/{thread}/runs/{run['run_id']}/join")
    accepted = await update(project_client, thread, values={"steps": ["x"]})

    assert refused.status_code == 409
    assert refused.json()["detail"].startswith(f"Thread {thread} has in-flight runs: {run['run_id']}")
    assert accepted.status_code == 200


async def test_a_thread_runs_on_from_an_update(project_client: httpx.AsyncClient, thread: str) -> None:
    await update(project_client, thread, values={"steps": ["manual"]}, as_node="model")

    outcome = await project_client.post(
        f"/threads/{thread}/runs/wait", json={"assistant_id": "agent", "input": None}
    )

    assert outcome.json()["steps"] == ["model", "after", "manual", "after"]


async def test_a_threads_stream_tells_of_updates_to_who_asks(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    await update(project_client, thread, values={"steps": ["manual"]}, as_node="model")

    with_updates = await told(project_client, thread, "run_modes,state_update", until="state_update")
    [update_told] = [it for it in with_updates if it["event"] == "state_update"]

    assert update_told["data"] == {"state": await state(project_client, thread), "thread_id": thread}
    ids = [tuple(map(int, it["id"].split("-"))) for it in with_updates]
    assert ids == sorted(set(ids))


async def test_an_update_is_no_run_in_a_threads_stream(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    await update(project_client, thread, values={"steps": ["manual"]}, as_node="model")
    await project_client.post(f"/threads/{thread}/runs/wait", json={"assistant_id": "agent", "input": None})

    events = await told(project_client, thread, "lifecycle", until="run_done", times=2)

    assert [it["event"] for it in events] == ["metadata"] * 4
    assert [it["data"].get("status") for it in events] == [None, "run_done", None, "run_done"]


async def told(
    client: httpx.AsyncClient, thread: str, modes: str, *, until: str, times: int = 1
) -> list[dict[str, Any]]:
    """What a thread's stream tells from its beginning until a word has come so often."""
    received = ""
    place = f"/threads/{thread}/stream?stream_modes={modes}"
    async with asyncio.timeout(20), client.stream("GET", place, headers={"Last-Event-ID": "0"}) as response:
        async for chunk in response.aiter_text():
            received += chunk
            done = received.rpartition("\r\n\r\n")[0]
            if done.count(until) >= times:
                return parse(done + "\r\n\r\n")
    raise AssertionError(received)
