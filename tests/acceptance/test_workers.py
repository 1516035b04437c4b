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
from server.last_resort import HUNG
from tests.conftest import PROJECT
from tests.fixtures.redis_servers import RedisProcess, redis_process, wait_until
from tests.fixtures.service_process import ServiceProcess

LEASE = 3  # seconds
NODES = [f"n{number}" for number in range(6)]


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
            "BG_JOB_SHUTDOWN_GRACE_PERIOD_SECS": "1.5",
        }
        process = ServiceProcess(data_dir=self.data_dir, environment=environment, command=command)
        self.stack.callback(process.kill)
        return process.start("--config", str(PROJECT), *arguments)

    def have_workers(self, count: int) -> None:
        """See to it that so many live."""
        self.workers = [worker for worker in self.workers if worker.is_running]
        while len(self.workers) > count:
            self.workers.pop().stop()
        while len(self.workers) < count:
            self.workers.append(self.start("worker"))

    def holder(self, place: str) -> ServiceProcess:
        """The worker that executes a run."""
        thread = place.split("/threads/")[1].split("/")[0]
        with Redis.from_url(self.redis.url) as redis:
            name: Any = redis.hget(RunKeys().lease(thread), "worker")
        return next(worker for worker in self.workers if f"#{worker.pid}#" in name.decode())


@pytest.fixture(scope="module")
def deployment(
    tmp_path_factory: pytest.TempPathFactory, redis_binaries: dict[str, Path]
) -> Iterator[Deployment]:
    """A Redis, and nothing on it yet."""
    with ExitStack() as stack:
        redis = stack.enter_context(redis_process(next(iter(redis_binaries.values()))))
        yield Deployment(redis, tmp_path_factory.mktemp("deployment"), stack)


@pytest.fixture(scope="module")
def service(deployment: Deployment) -> ServiceProcess:
    """A service without a worker of its own."""
    return deployment.start("serve", "--no-worker")


@pytest.fixture
def two_workers(deployment: Deployment, service: ServiceProcess) -> Deployment:
    deployment.have_workers(2)
    return deployment


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    return tmp_path / "diary"


def begin(service: ServiceProcess, diary: Path, graph: str = "steps", **given: Any) -> str:
    """A run in the background; its URL."""
    body = {"assistant_id": graph, "input": {"diary": str(diary), **given}, "durability": "sync"}
    thread = httpx.post(f"{service.url}/threads", json={}, timeout=60).json()["thread_id"]
    response = httpx.post(
        f"{service.url}/threads/{thread}/runs", json=body | {"stream_mode": ["updates"]}, timeout=60
    )
    return f"{service.url}{response.headers['content-location']}"


def wait_for(diary: Path, line: str) -> None:
    wait_until(lambda: diary.exists() and line in diary.read_text())


def joined(place: str) -> dict[str, Any]:
    return httpx.get(f"{place}/join", timeout=60).json()


def status(place: str) -> str:
    return httpx.get(place, timeout=60).json()["status"]


def test_a_service_without_worker_leaves_its_runs_to_workers(
    deployment: Deployment, service: ServiceProcess, diary: Path
) -> None:
    deployment.have_workers(0)
    place = begin(service, diary)
    assert status(place) == "pending"

    deployment.have_workers(1)

    assert joined(place)["seen"] == NODES


def test_a_worker_that_is_told_to_stop_hands_its_run_over_after_the_present_step(
    two_workers: Deployment, service: ServiceProcess, diary: Path
) -> None:
    place = begin(service, diary, pause=0.3)
    wait_for(diary, "n1 begins")

    code = two_workers.holder(place).stop()

    assert code == 0
    assert joined(place)["seen"] == NODES
    lines = diary.read_text().splitlines()
    assert sorted(set(lines)) == sorted(lines)


def test_a_step_longer_than_the_grace_is_done_again_by_the_next_worker(
    two_workers: Deployment, service: ServiceProcess, diary: Path
) -> None:
    place = begin(service, diary, pause=60)
    wait_for(diary, "n0 begins")

    assert two_workers.holder(place).stop() == 0

    wait_until(lambda: diary.read_text().count("n0 begins") == 2)
    assert httpx.post(f"{place}/cancel", params={"wait": True}, timeout=60).status_code == 200


def test_a_killed_workers_run_goes_on_elsewhere_and_its_followers_learn_which_events_hold(
    two_workers: Deployment, service: ServiceProcess, diary: Path
) -> None:
    place = begin(service, diary, pause=0.3)
    wait_for(diary, "n2 begins")

    two_workers.holder(place).kill()

    assert joined(place)["seen"] == NODES
    lines = diary.read_text().splitlines()
    assert [lines.count(f"{node} ends") for node in NODES] == [1] * 6
    assert [lines.count(f"{node} begins") for node in NODES] == [1, 1, 2, 1, 1, 1]
    text = httpx.get(f"{place}/stream", headers={"Last-Event-ID": "0"}, timeout=30).text
    assert text.count("event: reset") == 1
    assert valid_updates(text) == NODES


def test_a_worker_ends_though_a_node_refuses_to(
    deployment: Deployment, service: ServiceProcess, diary: Path
) -> None:
    deployment.have_workers(1)
    place = begin(service, diary, "immortal", file=str(diary))
    wait_for(diary, "begun")

    assert deployment.workers[0].stop() == HUNG

    assert httpx.post(f"{place}/cancel", params={"wait": True}, timeout=60).status_code == 200


def test_a_frozen_worker_is_replaced_and_finds_itself_shut_out(
    two_workers: Deployment, service: ServiceProcess, diary: Path
) -> None:
    place = begin(service, diary, pause=0.5)
    wait_for(diary, "n1 begins")
    first = two_workers.holder(place)

    first.send(signal.SIGSTOP)
    result = joined(place)
    first.send(signal.SIGCONT)

    first.wait_for_line("goes on at another worker")
    assert result["seen"] == NODES
    assert joined(place) == result


def test_a_frozen_worker_that_wakes_up_early_does_not_close_the_log_of_its_successor(
    two_workers: Deployment, service: ServiceProcess, diary: Path
) -> None:
    place = begin(service, diary, pause=1.0)
    wait_for(diary, "n1 begins")
    first = two_workers.holder(place)

    first.send(signal.SIGSTOP)
    wait_for(diary, "n2 begins")
    first.send(signal.SIGCONT)
    first.wait_for_line("goes on at another worker")

    assert joined(place)["seen"] == NODES
    text = httpx.get(f"{place}/stream", headers={"Last-Event-ID": "0"}, timeout=30).text
    assert valid_updates(text) == NODES


def test_a_run_of_a_dead_worker_can_be_cancelled_though_no_other_lives(
    two_workers: Deployment, service: ServiceProcess, diary: Path
) -> None:
    place = begin(service, diary, pause=30)
    wait_for(diary, "n0 begins")
    for worker in two_workers.workers:
        worker.kill()

    answer = httpx.post(f"{place}/cancel", params={"wait": True}, timeout=60)

    assert answer.status_code == 200
    assert status(place) == "interrupted"


def test_a_run_that_costs_three_workers_is_given_up_with_the_reason(
    deployment: Deployment, service: ServiceProcess, diary: Path
) -> None:
    deployment.have_workers(4)

    place = begin(service, diary, "poison")

    assert joined(place)["__error__"]["error"] == "WorkerLost"
    assert [worker.is_running for worker in deployment.workers].count(False) == 3


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
