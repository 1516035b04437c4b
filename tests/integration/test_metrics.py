"""What /metrics tells of a running service."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from prometheus_client.parser import text_string_to_metric_families

HELLO = {"messages": [{"role": "user", "content": "hi"}]}


async def _samples(client: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    """Every sample by its name and label values."""
    text = (await client.get("/metrics")).text
    return {
        (sample.name.removeprefix("scriptorium_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def _grown(client: httpx.AsyncClient, before: dict[tuple[str, ...], float], *name: str) -> float:
    return (await _samples(client)).get(name, 0.0) - before.get(name, 0.0)


async def _wait(client: httpx.AsyncClient, **body: Any) -> None:
    await client.post("/runs/wait", json={"assistant_id": "agent", "input": HELLO} | body)


async def test_every_metric_has_a_help_text_and_is_told_once(
    project_client: httpx.AsyncClient,
) -> None:
    response = await project_client.get("/metrics")

    families = [f for f in text_string_to_metric_families(response.text) if f.name.startswith("scriptorium_")]
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert len(families) > 20
    assert [family.name for family in families if not family.documentation] == []
    assert len({family.name for family in families}) == len(families)


async def test_a_run_is_counted_from_its_start_to_its_end(project_client: httpx.AsyncClient) -> None:
    before = await _samples(project_client)

    await _wait(project_client)

    for name in (
        ("run_attempts_total", "agent"),
        ("runs_ended_total", "agent", "success"),
        ("run_duration_seconds_count", "agent", "success"),
        ("run_first_event_seconds_count", "agent"),
    ):
        assert await _grown(project_client, before, *name) == 1, name
    assert await _grown(project_client, before, "events_written_total") == 4
    assert await _grown(project_client, before, "redis_round_trips_total", "state") > 0


async def test_a_failed_run_is_counted_as_such(project_client: httpx.AsyncClient) -> None:
    before = await _samples(project_client)

    await _wait(project_client, input=HELLO | {"fail": True})

    assert await _grown(project_client, before, "runs_ended_total", "agent", "error") == 1
    assert await _grown(project_client, before, "runs", "error") == 1


async def test_running_and_waiting_runs_show_until_they_end(
    project_client: httpx.AsyncClient, tmp_path: Path
) -> None:
    thread = (await project_client.post("/threads", json={})).json()["thread_id"]
    body = {"assistant_id": "slow", "input": {"gate": str(tmp_path / "gate")}, "stream_mode": ["custom"]}
    async with project_client.stream("POST", f"/threads/{thread}/runs/stream", json=body) as response:
        lines = response.aiter_lines()
        while "waiting" not in await anext(lines):
            pass
        second = await project_client.post(f"/threads/{thread}/runs", json=body)
        during = await _samples(project_client)
        official = (await project_client.get("/metrics", params={"format": "json"})).json()
    (tmp_path / "gate").touch()
    await project_client.get(f"{second.headers['content-location']}/join")
    after = (await project_client.get("/metrics", params={"format": "json"})).json()

    assert (during["runs", "running"], during["queue_depth", "normal"]) == (1, 1)
    assert during["oldest_pending_seconds",] > 0
    assert 0 <= during["oldest_lease_age_seconds",] < 30
    assert during["streams_followed",] == 1
    assert (official["queue"]["n_running"], official["queue"]["n_pending"]) == (1, 1)
    assert official["queue"]["pending_runs_wait_time_max_secs"] > 0
    assert official["queue"]["pending_runs_wait_time_med_secs"] > 0
    assert official["queue"]["pending_unblocked_runs_wait_time_max_secs"] is None
    assert (official["workers"]["active"], official["workers"]["available"]) == (1, 9)
    assert (after["queue"]["n_running"], after["queue"]["n_pending"]) == (0, 0)


async def test_json_has_the_form_of_the_official_server(project_client: httpx.AsyncClient) -> None:
    answer = (await project_client.get("/metrics", params={"format": "json"})).json()

    assert set(answer) == {"queue", "api", "workers"}
    assert set(answer["queue"]) == {
        "n_pending",
        "pending_runs_wait_time_max_secs",
        "pending_runs_wait_time_med_secs",
        "pending_unblocked_runs_wait_time_max_secs",
        "n_running",
    }
    assert set(answer["workers"]) == {"max", "active", "available"}
    assert {tuple(sorted(request)) for request in answer["api"]["http_requests_total"]} == {
        ("count", "method", "path", "status")
    }


async def test_requests_are_counted_by_route_not_by_address(project_client: httpx.AsyncClient) -> None:
    thread = (await project_client.post("/threads", json={})).json()["thread_id"]
    before = await _samples(project_client)

    await project_client.get(f"/threads/{thread}")
    await project_client.get("/no/such/place")

    route = ("http_requests_total", "GET", "/threads/{thread_id}", "200")
    assert await _grown(project_client, before, *route) == 1
    assert await _grown(project_client, before, "http_requests_total", "GET", "other", "404") == 1
    assert not any(thread in label for name in await _samples(project_client) for label in name)


async def test_how_long_answers_take_is_told_by_route_and_status(project_client: httpx.AsyncClient) -> None:
    before = await _samples(project_client)

    await project_client.get(f"/threads/{uuid4()}")

    route = ("http_answer_seconds_count", "GET", "/threads/{thread_id}", "404")
    assert await _grown(project_client, before, *route) == 1


async def test_a_method_of_a_callers_own_making_makes_no_series(project_client: httpx.AsyncClient) -> None:
    await project_client.request("BREW", "/ok")

    assert "BREW" not in (await project_client.get("/metrics")).text


async def test_the_process_the_workers_and_the_disk_are_told(project_client: httpx.AsyncClient) -> None:
    samples = await _samples(project_client)

    assert (samples["workers",], samples["slots",]) == (1, 10)
    assert samples["disk_free_bytes",] > 0
    for name in ("process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"):
        assert samples[name,] > 0, name
    assert ("event_loop_lag_seconds_count",) in samples


async def test_an_unknown_format_is_refused(project_client: httpx.AsyncClient) -> None:
    assert (await project_client.get("/metrics", params={"format": "xml"})).status_code == 422
