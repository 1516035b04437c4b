"""Crons over HTTP."""

from typing import Any

import httpx
import pytest

from tests.fixtures.busy_threads import new_thread

NOBODY = "11111111-1111-1111-1111-111111111111"
DAILY: dict[str, Any] = {"schedule": "0 0 * * *", "assistant_id": "review", "input": {"steps": ["cron"]}}


@pytest.fixture
async def thread(project_client: httpx.AsyncClient) -> str:
    return await new_thread(project_client)


async def created(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    response = await client.post("/runs/crons", json=DAILY | body)
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_cron_is_shown_as_the_official_server_shows_it(project_client: httpx.AsyncClient) -> None:
    cron = await created(project_client, metadata={"c": 1}, timezone="America/New_York")

    read = (await project_client.get(f"/runs/crons/{cron['cron_id']}")).json()
    assert read == cron
    assert list(cron) == [
        "cron_id",
        "assistant_id",
        "thread_id",
        "user_id",
        "end_time",
        "schedule",
        "timezone",
        "payload",
        "next_run_date",
        "metadata",
        "on_run_completed",
        "enabled",
        "created_at",
        "updated_at",
    ]
    assert cron["payload"] == {
        "schedule": "0 0 * * *",
        "assistant_id": cron["assistant_id"],
        "input": {"steps": ["cron"]},
        "metadata": {"c": 1},
        "timezone": "America/New_York",
        "config": {"configurable": {"cron_id": cron["cron_id"]}},
    }
    assert cron["next_run_date"].endswith(("T05:00:00+00:00", "T04:00:00+00:00"))
    shown = ("thread_id", "user_id", "end_time", "metadata", "on_run_completed", "enabled")
    assert [cron[field] for field in shown] == [None, "", None, {"c": 1}, "delete", True]


async def test_a_cron_of_a_thread_keeps_to_it(project_client: httpx.AsyncClient, thread: str) -> None:
    response = await project_client.post(f"/threads/{thread}/runs/crons", json=DAILY | {"enabled": False})

    cron = response.json()
    assert (cron["thread_id"], cron["on_run_completed"], cron["enabled"]) == (thread, None, False)
    assert cron["next_run_date"].endswith("T00:00:00+00:00")


async def test_a_cron_shows_the_zone_and_the_switch_that_its_caller_named(
    project_client: httpx.AsyncClient,
) -> None:
    silent, said = await created(project_client), await created(project_client, enabled=True, timezone="UTC")
    changes = {"enabled": False, "timezone": None}
    changed = (await project_client.patch(f"/runs/crons/{said['cron_id']}", json=changes)).json()

    assert (silent["timezone"], silent["enabled"]) == (None, True)
    assert silent["payload"].keys().isdisjoint({"timezone", "enabled"})
    assert (said["timezone"], said["payload"]["timezone"], said["payload"]["enabled"]) == ("UTC", "UTC", True)
    assert (changed["timezone"], changed["enabled"], changed["payload"]["enabled"]) == (None, False, False)


async def test_a_cron_needs_a_thread_that_is_there(project_client: httpx.AsyncClient) -> None:
    response = await project_client.post(f"/threads/{NOBODY}/runs/crons", json=DAILY)

    assert response.status_code == 404


async def test_a_cron_creates_runs_that_know_it(project_client: httpx.AsyncClient, thread: str) -> None:
    body = DAILY | {"schedule": "* * * * * *", "metadata": {"c": 1}, "assistant_id": "review"}
    cron = (await project_client.post(f"/threads/{thread}/runs/crons", json=body)).json()

    async with project_client.stream("GET", f"/threads/{thread}/stream") as response:
        async for line in response.aiter_lines():
            if "run_done" in line:
                break
    await project_client.delete(f"/runs/crons/{cron['cron_id']}")

    run = (await project_client.get(f"/threads/{thread}/runs")).json()[-1]
    assert run["metadata"] | {"c": 1, "cron_id": cron["cron_id"]} == run["metadata"]
    assert run["kwargs"]["config"]["configurable"]["cron_id"] == cron["cron_id"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"schedule": "zzz"}, 422),
        ({"timezone": "Mars/X"}, 422),
        ({"end_time": "2020-01-01T00:00:00Z"}, 422),
        ({"assistant_id": NOBODY}, 404),
        ({"webhook": "ftp://x"}, 422),
        ({"context": {"a": 1}, "config": {"configurable": {"b": 1}}}, 400),
    ],
    ids=str,
)
async def test_a_cron_that_cannot_work_is_refused(
    project_client: httpx.AsyncClient, body: dict[str, Any], status: int
) -> None:
    response = await project_client.post("/runs/crons", json=DAILY | body)

    assert response.status_code == status


async def test_crons_are_found_by_their_metadata_page_by_page(project_client: httpx.AsyncClient) -> None:
    ids = [(await created(project_client, metadata={"of": "pages"}))["cron_id"] for _ in range(3)]
    wanted = {"metadata": {"of": "pages"}, "sort_order": "asc", "limit": 2, "select": ["cron_id"]}

    first = await project_client.post("/runs/crons/search", json=wanted)
    last = await project_client.post("/runs/crons/search", json=wanted | {"offset": 2})

    assert first.json() + last.json() == [{"cron_id": cron_id} for cron_id in ids]
    assert (first.headers["x-pagination-total"], first.headers["x-pagination-next"]) == ("3", "2")
    assert (last.headers["x-pagination-total"], "x-pagination-next" in last.headers) == ("3", False)


async def test_crons_are_counted(project_client: httpx.AsyncClient, thread: str) -> None:
    await project_client.post(f"/threads/{thread}/runs/crons", json=DAILY)

    counted = await project_client.post("/runs/crons/count", json={"thread_id": thread})

    assert counted.json() == 1


async def test_changes_are_laid_over_a_cron(project_client: httpx.AsyncClient) -> None:
    cron = await created(project_client, metadata={"c": 1}, end_time="2999-01-01T00:00:00Z")
    changes = {"schedule": "30 7 * * *", "metadata": {"d": 2}, "end_time": None, "assistant_id": "agent"}

    changed = (await project_client.patch(f"/runs/crons/{cron['cron_id']}", json=changes)).json()

    assert (changed["schedule"], changed["end_time"]) == ("30 7 * * *", None)
    assert changed["metadata"] == {"c": 1, "d": 2}
    assert changed["payload"]["metadata"] == {"d": 2}
    assert changed["assistant_id"] == cron["assistant_id"]
    assert changed["payload"]["input"] == cron["payload"]["input"]
    assert changed["next_run_date"].endswith("T07:30:00+00:00")


async def test_a_paused_cron_shows_when_it_would_fire(project_client: httpx.AsyncClient) -> None:
    cron = await created(project_client)

    paused = (await project_client.patch(f"/runs/crons/{cron['cron_id']}", json={"enabled": False})).json()

    assert (paused["enabled"], paused["next_run_date"]) == (False, cron["next_run_date"])


async def test_a_change_of_nothing_is_refused(project_client: httpx.AsyncClient) -> None:
    cron = await created(project_client)

    response = await project_client.patch(f"/runs/crons/{cron['cron_id']}", json={})

    assert (response.status_code, response.json()["detail"]) == (400, "Request body cannot be empty")


async def test_a_deleted_cron_is_gone(project_client: httpx.AsyncClient) -> None:
    place = f"/runs/crons/{(await created(project_client))['cron_id']}"

    deleted = await project_client.delete(place)

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await project_client.get(place)).status_code == 404


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize(("cron_id", "status"), [(NOBODY, 404), ("abc", 422)])
async def test_an_unknown_cron_is_not_found(
    project_client: httpx.AsyncClient, method: str, cron_id: str, status: int
) -> None:
    body = {"enabled": True} if method == "PATCH" else None

    response = await project_client.request(method, f"/runs/crons/{cron_id}", json=body)

    assert response.status_code == status
