"""Metrics and traces of several processes."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.conftest import PROJECT
from tests.fixtures.collector import Collector, collecting
from tests.fixtures.redis_servers import redis_process
from tests.fixtures.service_process import ServiceProcess

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
HELLO = {"messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
def processes(
    tmp_path: Path, redis_binaries: dict[str, Path]
) -> Iterator[tuple[ServiceProcess, ServiceProcess, Collector]]:
    """A service, a worker beside it, and the collector to which both send."""
    with ExitStack() as stack:
        redis = stack.enter_context(redis_process(next(iter(redis_binaries.values()))))
        collector = stack.enter_context(collecting())
        environment = os.environ | {"REDIS_URL": redis.url, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        service = ServiceProcess(data_dir=tmp_path, environment=environment)
        worker = ServiceProcess(data_dir=tmp_path, environment=environment, command="worker")
        for process in (service, worker):
            stack.callback(process.kill)
        service.start("--config", str(PROJECT), "--no-worker")
        yield service, worker, collector


def test_one_trace_leads_from_the_request_to_the_worker(
    processes: tuple[ServiceProcess, ServiceProcess, Collector],
) -> None:
    service, worker, collector = processes
    worker.start("--config", str(PROJECT))
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}

    httpx.post(
        f"{service.url}/runs/wait",
        json={"assistant_id": "agent", "input": HELLO},
        headers=headers,
        timeout=60,
    )
    worker.stop()  # sends what it still has
    service.stop()

    (request,) = collector.named("POST /runs/wait")
    (run,) = collector.named("run agent")
    nodes = collector.named("node model") + collector.named("node after")
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, PARENT)
    assert (run.trace_id.hex(), run.parent_span_id) == (TRACE, request.span_id)
    assert [node.parent_span_id for node in nodes] == [run.span_id] * 2
    assert collector.services == {"scriptorium"}


def test_a_worker_has_metrics_on_a_port_of_its_own(
    processes: tuple[ServiceProcess, ServiceProcess, Collector],
) -> None:
    service, worker, _ = processes
    place = _start_worker(worker)

    httpx.post(f"{service.url}/runs/wait", json={"assistant_id": "agent", "input": HELLO}, timeout=60)
    of_worker, of_service = (
        httpx.get(place, timeout=60).text,
        httpx.get(f"{service.url}/metrics", timeout=60).text,
    )

    assert place.startswith("http://127.0.0.2:")
    assert 'scriptorium_run_attempts_total{graph="agent"} 1.0' in of_worker
    assert "scriptorium_run_attempts_total{" not in of_service
    for text in (of_worker, of_service):
        assert 'scriptorium_runs{status="success"} 1.0' in text


def _start_worker(worker: ServiceProcess) -> str:
    """Start it; the address of its metrics."""
    said: list[str] = []
    wait = worker.wait_for_line

    def listening(part: str) -> str:
        said.append(wait("Metrics are at "))
        return wait(part)

    worker.wait_for_line = listening  # type: ignore[method-assign] - its lines are read once
    worker.start("--config", str(PROJECT), "--metrics-host", "127.0.0.2", "--metrics-port", "0")
    return said[0].split("Metrics are at ")[1].strip()
