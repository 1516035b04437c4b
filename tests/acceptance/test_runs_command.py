"""`scriptorium runs` against a running service."""

import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from server.run_client import RunClient
from tests.conftest import PROJECT, Server
from tests.fixtures import loaded_process
from tests.fixtures.service_process import ServiceProcess

HELLO = {"messages": [{"role": "user", "content": "hi"}]}
NOBODY = "11111111-1111-1111-1111-111111111111"

Runs = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def runs(project_server: Server) -> Runs:
    """Calls the command."""

    def call(*arguments: str, url: str = project_server.url) -> "subprocess.CompletedProcess[str]":
        environment = os.environ | {"COLUMNS": "160"}
        return loaded_process.call("runs", *arguments, "--url", url, environment=environment)

    return call


def _start(server: Server, graph: str, values: object, *, wait: bool = True) -> str:
    """The id of a new run."""
    thread = httpx.post(f"{server.url}/threads", json={}, timeout=60).json()["thread_id"]
    body = {"assistant_id": graph, "input": values, "stream_mode": ["updates"]}
    run = httpx.post(f"{server.url}/threads/{thread}/runs", json=body, timeout=60).json()
    if wait:
        httpx.get(f"{server.url}/threads/{thread}/runs/{run['run_id']}/join", timeout=60)
    return run["run_id"]


def test_list_shows_ids_that_can_be_copied(runs: Runs, project_server: Server) -> None:
    run_id = _start(project_server, "agent", HELLO)

    listed = runs("list", "--graph", "agent", "--status", "success", "--limit", "1")

    row = next(line for line in listed.stdout.splitlines() if run_id in line)
    assert [cell.strip() for cell in row.strip("│").split("│")][1:4] == ["agent", "success", "1"]
    assert listed.returncode == 0


def test_show_tells_why_a_run_failed(runs: Runs, project_server: Server) -> None:
    shown = runs("show", _start(project_server, "agent", HELLO | {"fail": True}))

    assert ("ValueError" in shown.stdout, "boom from node" in shown.stdout) == (True, True)


def test_show_tells_the_place_of_a_run_that_waits(runs: Runs, tmp_path: Path) -> None:
    environment = os.environ | {"MAX_CONCURRENT_RUNS": "1"}
    process = ServiceProcess(data_dir=tmp_path / "data", environment=environment)
    try:
        process.start("--config", str(PROJECT))
        server = Server(url=process.url, settings=None)  # type: ignore[arg-type] - the URL is enough
        _start(server, "slow", {"gate": str(tmp_path / "never")}, wait=False)
        waiting = _start(server, "slow", {"gate": str(tmp_path / "never")}, wait=False)

        assert "place 1" in runs("show", waiting, url=process.url).stdout
    finally:
        process.kill()


def test_tail_prints_one_line_for_each_event_to_the_end(runs: Runs, project_server: Server) -> None:
    tailed = runs("tail", _start(project_server, "agent", HELLO))

    lines = [line.split("\t") for line in tailed.stdout.splitlines()]
    assert [name for _, name, _ in lines] == ["metadata", "updates", "updates"]
    assert sorted(lines, key=lambda line: [int(part) for part in line[0].split("-")]) == lines
    assert (tailed.returncode, "success" in tailed.stderr) == (0, True)


def test_tail_begins_after_the_event_that_is_known(runs: Runs, project_server: Server) -> None:
    run_id = _start(project_server, "agent", HELLO)
    first, *rest = runs("tail", run_id).stdout.splitlines()

    assert runs("tail", run_id, "--after", first.split("\t")[0]).stdout.splitlines() == rest


def test_tail_of_a_run_that_fails_has_an_exit_code_of_its_own(runs: Runs, project_server: Server) -> None:
    tailed = runs("tail", _start(project_server, "agent", HELLO | {"fail": True}))

    assert (tailed.returncode, "\terror\t" in tailed.stdout) == (3, True)


def test_cancel_stops_a_run(runs: Runs, project_server: Server, tmp_path: Path) -> None:
    run_id = _start(project_server, "slow", {"gate": str(tmp_path / "never")}, wait=False)

    cancelled = runs("cancel", run_id)

    assert cancelled.returncode == 0
    assert (
        httpx.get(f"{project_server.url}/api/v1/runs/{run_id}", timeout=60).json()["status"] == "interrupted"
    )


def test_retry_prints_the_new_run(runs: Runs, project_server: Server) -> None:
    run_id = _start(project_server, "agent", HELLO)

    again = runs("retry", run_id).stdout.strip()

    assert runs("tail", again).returncode == 0
    assert again != run_id


@pytest.mark.parametrize("command", ["show", "tail", "cancel", "retry"])
def test_an_unknown_run_is_one_line_and_exit_code_one(runs: Runs, command: str) -> None:
    result = runs(command, NOBODY)

    assert (result.returncode, result.stdout) == (1, "")
    assert f"Run with ID {NOBODY} not found" in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_no_service_is_one_line_and_exit_code_one(runs: Runs) -> None:
    result = runs("list", url="http://127.0.0.1:9")

    assert result.returncode == 1
    assert "scriptorium serve" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_service_that_is_gone_for_good_ends_the_tail() -> None:
    pauses: list[float] = []
    with httpx.Client(base_url="http://127.0.0.1:9") as http, pytest.raises(Exception, match="No service"):
        list(RunClient(http, pause=pauses.append).tail(NOBODY))


def test_tail_goes_on_over_a_restart_of_the_service(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = os.environ | {"LEASE_SECONDS": "3", "BG_JOB_SHUTDOWN_GRACE_PERIOD_SECS": "1.5"}
    service = ServiceProcess(data_dir=tmp_path / "data", environment=environment)
    try:
        service.start("--config", str(PROJECT), "--port", port)
        gate = tmp_path / "gate"
        server = Server(url=service.url, settings=None)  # type: ignore[arg-type] - the URL is enough
        run_id = _start(server, "slow", {"gate": str(gate)}, wait=False)
        with loaded_process.piped(
            "runs", "tail", run_id, "--url", service.url, environment=os.environ
        ) as tail:
            seen = [next(line for line in tail.stdout if '"first"' in line)]
            service.kill()
            gate.touch()
            service.start("--config", str(PROJECT), "--port", port)
            seen += tail.stdout.readlines()
            tail.process.join(60)
    finally:
        service.kill()

    assert tail.process.exitcode == 0
    assert ["".join(seen).count(step) for step in ('{"first"', '{"wait"')] == [1, 1]
