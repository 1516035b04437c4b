"""Several processes on one Redis and one database: what a run survives."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from redis import Redis

from server.keys import RunKeys
from tests.conftest import PROJECT
from tests.fixtures.redis_servers import RedisProcess, redis_process, wait_until
from tests.fixtures.service_process import ServiceProcess

LEASE = 4  # seconds


@dataclass
class Deployment:
    """Processes that share a Redis and a database."""

    redis: RedisProcess
    data_dir: Path
    stack: ExitStack
    workers: list[ServiceProcess] = field(default_factory=list[ServiceProcess])

    def start(self, command: str, *arguments: str) -> ServiceProcess:
        """Start `serve` or `worker`."""
        environment = os.environ | {
            "REDIS_URL": self.redis.url,
            "LEASE_SECONDS": str(LEASE),
            "BG_JOB_SHUTDOWN_GRACE_PERIOD_SECS": "2",
        }
        process = ServiceProcess(data_dir=self.data_dir, environment=environment, command=command)
        self.stack.callback(process.kill)
        if command == "worker":
            self.workers.append(process)
        return process.start("--config", str(PROJECT), *arguments)

    def serve_with_workers(self, count: int) -> ServiceProcess:
        service = self.start("serve", "--no-worker")
        for _ in range(count):
            self.start("worker")
        return service

    def holder(self, place: str) -> ServiceProcess:
        """The worker that executes a run."""
        thread = place.split("/threads/")[1].split("/")[0]
        with Redis.from_url(self.redis.url) as redis:
            name: Any = redis.hget(RunKeys().lease(thread), "worker")
        return next(worker for worker in self.workers if f"#{worker.pid}#" in name.decode())


@pytest.fixture
def deployment(tmp_path: Path, redis_binaries: dict[str, Path]) -> Iterator[Deployment]:
    with ExitStack() as stack:
        redis = stack.enter_context(redis_process(next(iter(redis_binaries.values()))))
        yield Deployment(redis, tmp_path / "data", stack)


def begin(service: ServiceProcess, diary: Path, graph: str = "steps", **given: Any) -> str:
    body = {"assistant_id": graph, "input": {"diary": str(diary), **given}, "stream_mode": ["updates"]}
    thread = httpx.post(f"{service.url}/threads", json={}).json()["thread_id"]
    response = httpx.post(f"{service.url}/threads/{thread}/runs", json=body)
    return f"{service.url}{response.headers['content-location']}"


def diary_holds(diary: Path, line: str) -> bool:
    return diary.exists() and line in diary.read_text()


def joined(place: str) -> dict[str, Any]:
    return httpx.get(f"{place}/join", timeout=60).json()


def test_a_service_without_worker_leaves_its_runs_to_workers(deployment: Deployment, tmp_path: Path) -> None:
    service = deployment.start("serve", "--no-worker")
    place = begin(service, tmp_path / "diary")
    assert httpx.get(place).json()["status"] == "pending"

    deployment.start("worker", "--concurrency", "3")

    assert joined(place)["seen"] == ["n0", "n1", "n2", "n3", "n4", "n5"]


def test_a_worker_that_is_told_to_stop_hands_its_run_over_after_the_present_step(
    deployment: Deployment, tmp_path: Path
) -> None:
    service = deployment.serve_with_workers(2)
    place = begin(service, tmp_path / "diary", pause=0.3)
    wait_until(lambda: diary_holds(tmp_path / "diary", "n1 begins"))

    code = deployment.holder(place).stop()

    assert code == 0
    assert len(joined(place)["seen"]) == 6
    assert sorted(set(lines := (tmp_path / "diary").read_text().splitlines())) == sorted(lines)


def test_a_step_longer_than_the_grace_is_done_again_by_the_next_worker(
    deployment: Deployment, tmp_path: Path
) -> None:
    service = deployment.serve_with_workers(2)
    place = begin(service, tmp_path / "diary", pause=60)
    wait_until(lambda: diary_holds(tmp_path / "diary", "n0 begins"))

    assert deployment.holder(place).stop() == 0
    wait_until(lambda: (tmp_path / "diary").read_text().count("n0 begins") == 2)
    assert httpx.get(place).json()["status"] == "running"


def test_a_killed_workers_run_goes_on_elsewhere_from_its_last_checkpoint(
    deployment: Deployment, tmp_path: Path
) -> None:
    service = deployment.serve_with_workers(2)
    place = begin(service, tmp_path / "diary", pause=0.3)
    wait_until(lambda: diary_holds(tmp_path / "diary", "n2 begins"))

    deployment.holder(place).kill()

    assert joined(place)["seen"] == ["n0", "n1", "n2", "n3", "n4", "n5"]
    lines = (tmp_path / "diary").read_text().splitlines()
    assert [lines.count(f"n{n} ends") for n in range(6)] == [1] * 6
    assert [lines.count(f"n{n} begins") for n in (0, 1)] == [1, 1]


def test_a_frozen_worker_is_replaced_and_finds_itself_shut_out(
    deployment: Deployment, tmp_path: Path
) -> None:
    service = deployment.serve_with_workers(2)
    place = begin(service, tmp_path / "diary", pause=0.5)
    wait_until(lambda: diary_holds(tmp_path / "diary", "n1 begins"))
    first = deployment.holder(place)

    first.send(signal.SIGSTOP)
    result = joined(place)
    first.send(signal.SIGCONT)

    first.wait_for_line("goes on at another worker")
    assert result["seen"] == ["n0", "n1", "n2", "n3", "n4", "n5"]
    assert joined(place) == result


def test_a_run_that_kills_its_workers_is_given_up_with_the_reason(
    deployment: Deployment, tmp_path: Path
) -> None:
    service = deployment.serve_with_workers(4)

    place = begin(service, tmp_path / "diary", "poison")

    result = joined(place)

    assert result["__error__"]["error"] == "WorkerLost"
    assert [worker.is_running for worker in deployment.workers].count(False) == 3


def test_a_run_of_a_dead_worker_can_be_cancelled(deployment: Deployment, tmp_path: Path) -> None:
    service = deployment.serve_with_workers(2)
    place = begin(service, tmp_path / "diary", pause=30)
    wait_until(lambda: diary_holds(tmp_path / "diary", "n0 begins"))
    for worker in deployment.workers:
        worker.kill()

    answer = httpx.post(f"{place}/cancel", params={"wait": True}, timeout=60)

    assert answer.status_code == 200
    assert httpx.get(place).json()["status"] == "interrupted"


def test_followers_learn_which_events_of_a_lost_worker_hold(deployment: Deployment, tmp_path: Path) -> None:
    service = deployment.serve_with_workers(2)
    place = begin(service, tmp_path / "diary", pause=0.3)
    wait_until(lambda: diary_holds(tmp_path / "diary", "n2 begins"))
    deployment.holder(place).kill()
    joined(place)

    text = httpx.get(f"{place}/stream", headers={"Last-Event-ID": "0"}, timeout=30).text

    assert valid_updates(text) == ["n0", "n1", "n2", "n3", "n4", "n5"]
    assert text.count("event: reset") == 1


def valid_updates(text: str) -> list[str]:
    """The nodes that a client knows to have run, when it drops what a reset voids."""
    seen: list[tuple[tuple[int, ...], str]] = []
    for frame in text.split("\r\n\r\n"):
        fields = dict(line.split(": ", 1) for line in frame.split("\r\n") if ": " in line)
        if fields.get("event") == "reset":
            keep = orjson.loads(fields["data"])["keep"]
            bound = tuple(map(int, keep.split("-"))) if keep else (0, 0)
            seen = [(at, node) for at, node in seen if at <= bound]
        elif fields.get("event") == "updates":
            at = tuple(map(int, fields["id"].split("-")))
            seen += [(at, node) for node in orjson.loads(fields["data"])]
    return [node for _, node in seen]
