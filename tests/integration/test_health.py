"""What the service tells of its own parts."""

import os
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from configs.settings import Settings
from server import app
from tests.conftest import PROJECT, running
from tests.fixtures.redis_servers import redis_process, wait_until
from tests.fixtures.service_process import ServiceProcess

PARTS = ("database", "redis", "storage", "disk", "workers")
SPEECH = {
    "websocket": "healthy",
    "stt": "off",
    "tts": "text",
    "llm": "offline",
    "session_manager": "healthy",
    "request_manager": "healthy",
}
PATHS = ("/health", "/api/health", "/api/v1/health")


@pytest.mark.parametrize("path", PATHS)
async def test_every_part_is_asked(project_client: httpx.AsyncClient, path: str) -> None:
    response = await project_client.get(path)

    body = response.json()
    assert (response.status_code, body["status"]) == (200, "healthy")
    expected = dict.fromkeys(PARTS, "healthy") | {"models": "offline"}
    assert body["services"] == expected | (SPEECH if path == "/api/health" else {})
    assert body["uptime"] > 0
    assert datetime.fromisoformat(body["timestamp"]).tzinfo is not None


async def test_the_recogniser_keeps_its_name(project_client: httpx.AsyncClient) -> None:
    names = [(await project_client.get(path)).json()["service"] for path in PATHS]

    assert names == ["character-recognition", "scriptorium", "scriptorium"]


async def test_the_counts_tell_runs_queue_and_uptime(project_client: httpx.AsyncClient) -> None:
    body = (await project_client.get("/api/v1/stats")).json()

    assert set(body) == {"version", "uptime_seconds", "runs", "queue", "workers", "process"}
    assert body["uptime_seconds"] > 0
    assert body["workers"] == {"count": 1, "slots": 10}
    assert body["process"]["rss_bytes"] > 0
    assert set(body["runs"]) >= {"pending", "running", "success", "error"}


def test_a_redis_that_does_not_answer_is_told_in_time(
    tmp_path: Path, redis_binaries: dict[str, Path]
) -> None:
    with redis_process(next(iter(redis_binaries.values()))) as redis:
        settings = Settings(PORT=0, DATA_DIR=tmp_path, SCRIPTORIUM_CONFIG=PROJECT, REDIS_URL=redis.url)  # type: ignore[call-arg]
        with running(settings) as server:
            with redis.paused():
                response = httpx.get(f"{server.url}/api/v1/health", timeout=60)
            again = httpx.get(f"{server.url}/api/v1/health", timeout=60)

    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    assert response.json()["services"] == {
        "database": "healthy",
        "redis": "timeout",
        "storage": "healthy",
        "disk": "healthy",
        "workers": "timeout",
        "models": "offline",
    }
    assert again.status_code == 200


def test_files_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way of the folder")
    with running(Settings(PORT=0, DATA_DIR=tmp_path, SCRIPTORIUM_CONFIG=PROJECT)) as server:  # type: ignore[call-arg]
        response = httpx.get(f"{server.url}/api/health", timeout=60)

    assert response.status_code == 503
    assert response.json()["services"]["storage"] == "failed"


def test_a_disk_without_room_for_an_upload_is_told(tmp_path: Path) -> None:
    settings = Settings(PORT=0, DATA_DIR=tmp_path, SCRIPTORIUM_CONFIG=PROJECT, MAX_FILE_SIZE="100000TB")  # type: ignore[call-arg, arg-type]
    with running(settings) as server:
        response = httpx.get(f"{server.url}/api/health", timeout=60)

    assert response.status_code == 503
    assert response.json()["services"]["disk"] == "full"


def test_graphs_that_are_still_to_be_loaded_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "FIRST_ANSWERS", 3600)
    with running(Settings(PORT=0, DATA_DIR=tmp_path)) as server:  # type: ignore[call-arg]
        response = httpx.get(f"{server.url}/api/v1/health", timeout=60)
        is_ok = httpx.get(f"{server.url}/ok", timeout=60).is_success

    body = response.json()
    assert (response.status_code, body["status"], body["services"]["graphs"]) == (
        503,
        "unavailable",
        "loading",
    )
    assert is_ok


def test_graphs_that_are_loaded_are_not_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "FIRST_ANSWERS", 0)
    with running(Settings(PORT=0, DATA_DIR=tmp_path)) as server:  # type: ignore[call-arg]
        wait_until(lambda: httpx.get(f"{server.url}/api/v1/health", timeout=60).is_success)
        services = httpx.get(f"{server.url}/api/v1/health", timeout=60).json()["services"]

    assert set(services) == {*PARTS, "models"}


def test_without_a_worker_requests_are_served_and_the_lack_is_told(tmp_path: Path) -> None:
    service = ServiceProcess(data_dir=tmp_path, environment=dict(os.environ))
    try:
        service.start("--config", str(PROJECT), "--no-worker")
        response = httpx.get(f"{service.url}/api/health", timeout=60)
    finally:
        service.kill()

    body = response.json()
    assert (response.status_code, body["status"], body["services"]["workers"]) == (200, "degraded", "none")
