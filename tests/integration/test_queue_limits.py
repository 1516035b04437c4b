"""What callers see of the queue: their place in it, and its end."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from configs.settings import Settings
from tests.conftest import PROJECT, running

SLOW = {"assistant_id": "slow", "input": {"gate": "/nowhere"}}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that executes one run and lets two wait."""
    settings = Settings(
        PORT=0,
        DATA_DIR=tmp_path,
        SCRIPTORIUM_CONFIG=PROJECT,
        N_JOBS_PER_WORKER=1,
        MAX_QUEUED_RUNS=2,
        BG_JOB_SHUTDOWN_GRACE_PERIOD_SECS=0,
    )  # type: ignore[call-arg]
    with running(settings) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            yield client


async def begin(client: httpx.AsyncClient) -> httpx.Response:
    thread = (await client.post("/threads", json={})).json()["thread_id"]
    return await client.post(f"/threads/{thread}/runs", json=SLOW)


async def test_a_full_queue_refuses_runs_and_says_when_to_come_again(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        assert (await begin(client)).status_code == 200

    refused = await begin(client)

    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["error"] == "queue_full"
    assert len((await client.get("/api/v1/runs")).json()) == 3


async def test_a_waiting_run_shows_its_place(client: httpx.AsyncClient) -> None:
    runs = [(await begin(client)).json()["run_id"] for _ in range(3)]

    shown = [(await client.get(f"/api/v1/runs/{run_id}")).json()["queue"] for run_id in runs]

    assert [place and place["position"] for place in shown] == [None, 1, 2]
