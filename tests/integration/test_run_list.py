"""The routes under /api/v1/runs."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.db.models import Run, Thread, now
from server.db.repositories import removals, run_list
from server.db.repositories.run_list import RunFilter
from server.db.session import Database, open_database

HELLO = {"messages": [{"role": "user", "content": "hi"}]}
NOBODY = "11111111-1111-1111-1111-111111111111"


async def _run(client: httpx.AsyncClient, **body: Any) -> str:
    """The id of a stateless run that has ended."""
    response = await client.post("/runs/wait", json={"assistant_id": "agent", "input": HELLO} | body)
    return response.headers["content-location"].split("/")[-1]


async def _begin(client: httpx.AsyncClient, thread: str, gate: Path) -> str:
    body = {"assistant_id": "slow", "input": {"gate": str(gate)}}
    return (await client.post(f"/threads/{thread}/runs", json=body)).json()["run_id"]


async def _thread(client: httpx.AsyncClient) -> str:
    return (await client.post("/threads", json={})).json()["thread_id"]


async def _ids(client: httpx.AsyncClient, **query: Any) -> list[str]:
    return [run["run_id"] for run in (await client.get("/api/v1/runs", params=query)).json()]


async def test_the_newest_run_comes_first(project_client: httpx.AsyncClient) -> None:
    older, newer = await _run(project_client), await _run(project_client)

    assert (await _ids(project_client, limit=2)) == [newer, older]


async def test_pages_follow_each_other_without_gap_or_double(project_client: httpx.AsyncClient) -> None:
    made = [await _run(project_client) for _ in range(3)][::-1]

    first = await _ids(project_client, limit=2)
    second = await _ids(project_client, limit=1, before=first[-1])

    assert first + second == made


async def test_runs_are_chosen_by_status_and_graph(project_client: httpx.AsyncClient) -> None:
    good = await _run(project_client)
    bad = await _run(project_client, input=HELLO | {"fail": True})
    other = await _run(project_client, assistant_id="review", input={})

    assert (await _ids(project_client, status="error"))[0] == bad
    assert {good, bad} <= set(await _ids(project_client, status=["success", "error"], graph="agent"))
    assert (await _ids(project_client, graph="review"))[0] == other
    assert other not in await _ids(project_client, graph="agent")


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 1001}, {"status": "lost"}, {"before": "x"}])
async def test_a_wrong_question_is_refused(project_client: httpx.AsyncClient, query: dict[str, Any]) -> None:
    assert (await project_client.get("/api/v1/runs", params=query)).status_code == 422


async def test_a_run_shows_its_failure(project_client: httpx.AsyncClient) -> None:
    failed = await _run(project_client, input={"fail": True})

    run = (await project_client.get(f"/api/v1/runs/{failed}")).json()

    assert (run["status"], run["attempt"], run["queue"]) == ("error", 1, None)
    assert run["error"]["error"] == "ValueError"
    assert run["started_at"] < run["ended_at"]


async def test_a_summary_holds_no_input(project_client: httpx.AsyncClient) -> None:
    run_id = await _run(project_client, input={"messages": [{"role": "user", "content": "very-secret"}]})

    shown = await project_client.get(f"/api/v1/runs/{run_id}")
    listed = await project_client.get("/api/v1/runs")

    assert run_id in listed.text
    assert "very-secret" not in shown.text + listed.text


async def test_a_run_that_can_be_retried_runs_again_on_its_thread(project_client: httpx.AsyncClient) -> None:
    thread = await _thread(project_client)
    body = {"assistant_id": "agent", "input": HELLO, "metadata": {"m": 1}, "stream_mode": ["updates"]}
    first = (await project_client.post(f"/threads/{thread}/runs", json=body)).json()
    await project_client.get(f"/threads/{thread}/runs/{first['run_id']}/join")

    again = (await project_client.post(f"/api/v1/runs/{first['run_id']}/retry")).json()
    joined = await project_client.get(f"/threads/{thread}/runs/{again['run_id']}/join")

    second = (await project_client.get(f"/threads/{thread}/runs/{again['run_id']}")).json()
    assert again["run_id"] != first["run_id"]
    assert second["metadata"] == first["metadata"]
    of_each = {"run_id", "langgraph_request_id", "__request_start_time_ms__"}
    for run in (first, second):
        assert of_each <= run["kwargs"]["config"]["configurable"].keys()
        for key in of_each:
            del run["kwargs"]["config"]["configurable"][key]
    assert second["kwargs"] == first["kwargs"]
    assert joined.json()["steps"] == ["model", "after"] * 2


async def test_a_run_that_has_not_ended_is_not_retried(
    project_client: httpx.AsyncClient, tmp_path: Path
) -> None:
    thread, gate = await _thread(project_client), tmp_path / "gate"
    active = await _begin(project_client, thread, gate)

    refused = await project_client.post(f"/api/v1/runs/{active}/retry")
    gate.touch()
    await project_client.get(f"/threads/{thread}/runs/{active}/join")

    assert (refused.status_code, refused.json()["error"]) == (409, "run_active")


@pytest.mark.parametrize(("method", "path"), [("GET", NOBODY), ("POST", f"{NOBODY}/retry")])
async def test_an_unknown_run_is_named(project_client: httpx.AsyncClient, method: str, path: str) -> None:
    response = await project_client.request(method, f"/api/v1/runs/{path}")

    assert (response.status_code, response.json()["detail"]) == (404, f"Run with ID {NOBODY} not found")


async def _add(database: Database, run_id: str, thread_id: str, **marks: Any) -> None:
    async with database.write() as session:
        session.add(Run(run_id=run_id, thread_id=thread_id, assistant_id="a", graph_id="g", **marks))


@pytest.fixture
async def database(tmp_path: Path) -> Any:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'runs.db'}") as database:
        async with database.write() as session:
            session.add(Thread(thread_id="t"))
        yield database


async def test_runs_of_the_same_moment_are_told_apart_by_their_ids(database: Database) -> None:
    moment = now()
    for run_id in ("a", "b", "c"):
        await _add(database, run_id, "t", created_at=moment)

    async with database.read() as session:
        page = await run_list.newest(session, limit=1)
        rest = await run_list.newest(session, limit=9, before=page[0].run_id)

    assert [run.run_id for run in page + rest] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("retry", "expired"),
    [
        ({}, []),
        ({"expires_at": timedelta(minutes=1)}, []),
        ({"expires_at": -timedelta(minutes=1), "status": "success"}, ["t"]),
    ],
    ids=["under way", "kept longer", "over as well"],
)
async def test_a_run_is_kept_as_long_as_its_retry(
    database: Database, retry: dict[str, Any], expired: list[str]
) -> None:
    await _add(database, "old", "t", status="error", expires_at=now() - timedelta(minutes=5))
    given = {name: now() + value if name == "expires_at" else value for name, value in retry.items()}
    await _add(database, "new", "t", **given)

    async with database.read() as session:
        assert await removals.expired_threads(session, now(), limit=9) == expired


async def test_a_run_s_steps_name_its_nodes_in_order_and_say_where_it_waits(
    project_client: httpx.AsyncClient,
) -> None:
    thread = await _thread(project_client)
    asked = await _run_on(project_client, thread, input={})
    answered = await _run_on(project_client, thread, command={"resume": "yes"})

    first, second = [
        (await project_client.get(f"/api/v1/runs/{run}/steps")).json() for run in (asked, answered)
    ]

    assert [step["is_waiting"] for step in first] == [False] * (len(first) - 1) + [True]
    assert second[0]["nodes"] == first[-1]["nodes"]
    assert not any(step["is_waiting"] for step in second)
    assert all(step["started_at"] <= step["ended_at"] for step in first + second)


async def _run_on(client: httpx.AsyncClient, thread: str, **body: Any) -> str:
    response = await client.post(f"/threads/{thread}/runs/wait", json={"assistant_id": "review"} | body)
    return response.headers["content-location"].split("/")[-1]


@pytest.fixture
async def agents_runs(database: Database) -> Database:
    """Three runs of an agent, of which the last waits for an answer, and one of another."""
    begun = now()
    async with database.write() as session:
        for thread, status in (("open", "interrupted"), ("done", "idle")):
            session.add(Thread(thread_id=thread, status=status))
        await session.flush()
        for minute, (name, thread, agent) in enumerate(
            [("asked", "open", "a"), ("other", "done", "b"), ("told", "done", "a"), ("asks", "open", "a")]
        ):
            moment = begun + timedelta(minutes=minute)
            times = {"created_at": moment, "updated_at": moment}
            session.add(
                Run(
                    run_id=name, thread_id=thread, assistant_id=agent, graph_id="g", status="success", **times
                )
            )
    return database


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["asks", "told", "asked"]),
        ({"thread_id": "open"}, ["asks", "asked"]),
        ({"asks": True}, ["asks"]),
        ({"asks": False}, ["told", "asked"]),
        ({"statuses": ["error", "timeout"]}, []),
    ],
)
async def test_runs_of_an_assistant_are_filtered(
    agents_runs: Database, wanted: dict[str, Any], found: list[str]
) -> None:
    fit = RunFilter(assistant_id="a", **wanted)

    async with agents_runs.read() as session:
        listed = await run_list.last_changed(session, fit, limit=9)
        assert [run.run_id for run in listed] == found
        assert await run_list.count(session, fit) == len(found)


async def test_a_page_of_an_assistants_runs_begins_behind_the_last(agents_runs: Database) -> None:
    fit = RunFilter(assistant_id="a")

    async with agents_runs.read() as session:
        [first] = await run_list.last_changed(session, fit, limit=1)
        rest = await run_list.last_changed(session, fit, limit=9, after=(first.updated_at, first.run_id))
        late = await run_list.last_changed(
            session, RunFilter(assistant_id="a", since=first.updated_at), limit=9
        )

    assert [run.run_id for run in (first, *rest)] == ["asks", "told", "asked"]
    assert [run.run_id for run in late] == ["asks"]
