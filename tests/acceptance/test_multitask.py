"""A server that is killed while one run displaces another."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import PROJECT
from tests.fixtures.service_process import ServiceProcess

THREAD = "0197a7d0-0000-7000-8000-00000000000b"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServiceProcess]:
    """A service whose leases lapse soon."""
    environment = os.environ | {"LEASE_SECONDS": "2", "BG_JOB_SHUTDOWN_GRACE_PERIOD_SECS": "1"}
    process = ServiceProcess(data_dir=tmp_path / "data", environment=dict(environment))
    yield process
    process.kill()


@pytest.mark.parametrize(
    ("strategy", "steps"), [("interrupt", ["first", "second", "first"]), ("rollback", ["second", "first"])]
)
def test_the_new_run_is_not_lost_and_the_one_before_does_not_go_on(
    service: ServiceProcess, tmp_path: Path, strategy: str, steps: list[str]
) -> None:
    service.start("--config", str(PROJECT))
    gate = tmp_path / "gate"
    body = {"assistant_id": "slow", "input": {"gate": str(gate)}, "stream_mode": ["custom"]}
    runs = f"/threads/{THREAD}/runs"
    with httpx.stream(
        "POST", f"{service.url}{runs}/stream", json=body | {"if_not_exists": "create"}
    ) as first:
        for line in first.iter_lines():
            if "waiting" in line:
                break
    body = {"assistant_id": "review", "input": {"steps": ["second"]}, "multitask_strategy": strategy}
    second = httpx.post(f"{service.url}{runs}", json=body, timeout=60).headers["content-location"]
    service.kill()
    gate.touch()

    service.start("--config", str(PROJECT))
    joined = httpx.get(f"{service.url}{second}/join", timeout=60).json()

    assert joined["steps"] == steps
    before = httpx.get(f"{service.url}{first.headers['content-location']}", timeout=60)
    assert before.status_code == 404 if strategy == "rollback" else before.json()["status"] == "interrupted"
