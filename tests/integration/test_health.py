"""What the service tells of its own parts."""

from pathlib import Path

import httpx
import pytest

from configs.settings import Settings
from tests.conftest import PROJECT, running
from tests.fixtures.redis_servers import redis_process

PARTS = ("database", "redis", "storage", "queue")


@pytest.mark.parametrize("path", ["/api/health", "/api/v1/health"])
async def test_every_part_is_asked(project_client: httpx.AsyncClient, path: str) -> None:
    response = await project_client.get(path)

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "parts": dict.fromkeys(PARTS, "ok")}


async def test_the_counts_tell_runs_queue_and_uptime(project_client: httpx.AsyncClient) -> None:
    body = (await project_client.get("/api/v1/stats")).json()

    assert set(body) == {"version", "uptime_seconds", "runs", "queue"}
    assert body["uptime_seconds"] > 0
    assert set(body["runs"]) >= {"pending", "running", "success", "error"}


def test_a_redis_that_does_not_answer_is_told_in_time(
    tmp_path: Path, redis_binaries: dict[str, Path]
) -> None:
    with redis_process(next(iter(redis_binaries.values()))) as redis:
        settings = Settings(PORT=0, DATA_DIR=tmp_path, SCRIPTORIUM_CONFIG=PROJECT, REDIS_URL=redis.url)  # type: ignore[call-arg]
        with running(settings) as server:
            with redis.paused():
                response = httpx.get(f"{server.url}/api/v1/health", timeout=10)
            again = httpx.get(f"{server.url}/api/v1/health", timeout=10)

    assert response.status_code == 503
    assert response.elapsed.total_seconds() < 4
    assert response.json()["parts"] == {
        "database": "ok",
        "redis": "timeout",
        "storage": "ok",
        "queue": "timeout",
    }
    assert again.status_code == 200


def test_files_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way of the folder")
    with running(Settings(PORT=0, DATA_DIR=tmp_path, SCRIPTORIUM_CONFIG=PROJECT)) as server:  # type: ignore[call-arg]
        response = httpx.get(f"{server.url}/api/health", timeout=10)

    assert response.status_code == 503
    assert response.json()["parts"]["storage"] == "failed"
