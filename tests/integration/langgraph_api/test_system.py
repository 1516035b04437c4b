"""What the server says of itself."""

import httpx


async def test_health_may_ask_the_database_and_redis(project_client: httpx.AsyncClient) -> None:
    response = await project_client.get("/ok?check_db=1")

    assert (response.status_code, response.json()) == (200, {"ok": True, "services": {}})


async def test_the_flags_say_what_is_there(project_client: httpx.AsyncClient) -> None:
    flags = (await project_client.get("/info")).json()["flags"]

    assistants = await project_client.post("/assistants/search", json={})
    assert flags["assistants"] == (assistants.status_code == 200)
    assert (flags["crons"], flags["strict_resume"], flags["langsmith"]) == (True, True, False)


async def test_metrics_come_in_the_official_form(project_client: httpx.AsyncClient) -> None:
    metrics = (await project_client.get("/metrics?format=json")).json()

    assert list(metrics) == ["queue", "api", "workers"]
    assert list(metrics["queue"]) == [
        "n_pending",
        "pending_runs_wait_time_max_secs",
        "pending_runs_wait_time_med_secs",
        "pending_unblocked_runs_wait_time_max_secs",
        "n_running",
    ]
    assert list(metrics["workers"]) == ["max", "active", "available"]
