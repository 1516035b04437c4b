"""The command `scriptorium serve` as an operator meets it."""

import os
import queue
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.conftest import PROJECT
from tests.fixtures import loaded_process
from tests.fixtures.redis_servers import redis_process
from tests.fixtures.service_process import ServiceProcess


def scriptorium(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return loaded_process.call(*arguments, environment=os.environ | environment)


def test_it_ends_cleanly_when_asked_to(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "server.cli", "serve", "--config", str(PROJECT), "--port", "0"],
        env=os.environ | {"DATA_DIR": str(tmp_path / "data")},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert any("running on" in line for line in process.stderr)
        process.terminate()
        process.stderr.read()

    assert process.returncode == 0


def test_a_second_server_on_the_same_folder_is_refused_with_one_line(service_process: ServiceProcess) -> None:
    service_process.start("--config", str(PROJECT))

    second = scriptorium("serve", DATA_DIR=str(service_process.data_dir), PORT="0")

    assert second.returncode == 1
    assert f"process {service_process.pid}" in second.stderr
    assert "Traceback" not in second.stderr


def test_servers_whose_state_is_elsewhere_share_a_folder_of_files(
    tmp_path: Path, redis_binaries: dict[str, Path]
) -> None:
    with ExitStack() as stack:
        redis = stack.enter_context(redis_process(next(iter(redis_binaries.values()))))
        elsewhere = {
            "REDIS_URL": redis.url,
            "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'elsewhere.db'}",
        }
        first, second = (
            ServiceProcess(data_dir=tmp_path / "data", environment=os.environ | elsewhere) for _ in range(2)
        )
        for server in (first, second):
            stack.callback(server.kill)
            server.start("--config", str(PROJECT), "--no-worker")
        stored = httpx.post(
            f"{first.url}/api/v1/files", params={"name": "a.txt"}, content=b"of both", timeout=60
        ).json()

        found = httpx.get(f"{second.url}/api/v1/files/{stored['file_id']}/content", timeout=60)

    assert found.content == b"of both"


def test_a_killed_server_goes_on_with_its_runs_when_it_is_back(
    service_process: ServiceProcess, tmp_path: Path
) -> None:
    service_process.start("--config", str(PROJECT))
    gate = tmp_path / "gate"
    body = {
        "assistant_id": "slow",
        "input": {"gate": str(gate)},
        "stream_mode": ["updates", "custom"],
        "if_not_exists": "create",
        "durability": "sync",  # else the first step may be told a moment before it is stored
    }
    thread = "0197a7d0-0000-7000-8000-00000000000a"
    with httpx.stream("POST", f"{service_process.url}/threads/{thread}/runs/stream", json=body) as response:
        place = response.headers["content-location"]
        for line in response.iter_lines():
            if "waiting" in line:
                break
    service_process.kill()
    gate.touch()

    service_process.start("--config", str(PROJECT))
    result = httpx.get(f"{service_process.url}{place}/join", timeout=100).json()
    replayed = httpx.get(
        f"{service_process.url}{place}/stream", headers={"Last-Event-ID": "0"}, timeout=30
    ).text

    assert result["steps"] == ["first", "wait"]
    assert replayed.count('{"first":') == 1
    assert [f'"attempt":{n}' in replayed for n in (1, 2)] == [True, True]


def test_a_stopped_server_leaves_its_runs_to_the_next_one(
    service_process: ServiceProcess, tmp_path: Path
) -> None:
    service_process.start("--config", str(PROJECT))
    gate = tmp_path / "gate"
    body = {"assistant_id": "slow", "input": {"gate": str(gate)}, "stream_mode": ["custom"]}
    with httpx.stream("POST", f"{service_process.url}/runs/stream", json=body) as response:
        place = response.headers["content-location"]
        for line in response.iter_lines():
            if "waiting" in line:
                break
    assert service_process.stop() == 0
    gate.touch()

    service_process.start("--config", str(PROJECT))

    assert httpx.get(f"{service_process.url}{place}/join", timeout=60).json()["steps"] == ["first", "wait"]


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"PORT": "abc"}, "PORT='abc'"),
        ({"PORT": "70000"}, "less than or equal to 65535"),
        ({"LOG_LEVEL": "loud"}, "Allowed: DEBUG, INFO, WARNING, ERROR, CRITICAL."),
        ({"REDIS_URL": "http://x"}, "must start with one of redis://, rediss://, unix://"),
        ({"PRIMARY_MODEL": "gpt"}, "must be offline or PROVIDER:MODEL"),
        ({"HOST": "0.0.0.0"}, "ALLOW_UNAUTHENTICATED_NETWORK=true"),  # noqa: S104 - it is refused
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_setting_that_cannot_be_used_stops_the_start_with_one_line(
    environment: dict[str, str], says: str, tmp_path: Path
) -> None:
    result = scriptorium("serve", DATA_DIR=str(tmp_path / "data"), **environment)

    assert result.returncode == 1
    assert says in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "data").exists()


def test_a_langgraph_json_that_cannot_be_loaded_is_explained(tmp_path: Path) -> None:
    (tmp_path / "langgraph.json").write_text('{"graphs": {"x": "no_such_module:graph"}}')

    result = scriptorium(
        "serve", "--config", str(tmp_path / "langgraph.json"), DATA_DIR=str(tmp_path / "d"), PORT="0"
    )

    assert result.returncode != 0
    assert "no_such_module" in result.stderr
    assert "Traceback" not in result.stderr


def test_config_shows_every_setting_and_hides_secrets(tmp_path: Path) -> None:
    result = scriptorium(
        "config", "--port", "9000", LLM_API_KEY="very-secret", LOG_LEVEL="warning", COLUMNS="200"
    )

    rows = {
        line.split("│")[1].strip(): [c.strip() for c in line.split("│")[2:5]]
        for line in result.stdout.splitlines()
        if line.count("│") > 4
    }
    assert rows["PORT"] == ["9000", "8000", "flag"]
    assert rows["LOG_LEVEL"] == ["WARNING", "INFO", "environment"]
    assert rows["LLM_API_KEY"][0] == "********"
    assert "very-secret" not in result.stdout


def test_a_service_that_does_not_come_up_in_time_leaves_no_process(
    service_process: ServiceProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fixtures.service_process.START_TIMEOUT", 0)

    with pytest.raises(queue.Empty):
        service_process.start()

    assert not service_process.is_running
