"""Processes of the service and what they use, by /proc."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from redis import Redis

from server.embedded_redis import find_server

PROJECT = Path(__file__).parent / "project" / "langgraph.json"
PATIENCE = 180.0  # seconds: a machine may be busy with other things
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Used:
    """What a process has used so far, or between two looks."""

    cpu: float  #: Seconds.
    rss: int  #: Bytes now.

    def since(self, before: "Used") -> "Used":
        """The CPU time between two looks, and the memory that has come."""
        return Used(self.cpu - before.cpu, self.rss - before.rss)


def used_by(pid: int) -> Used:
    """What a process has used until now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return Used((int(fields[11]) + int(fields[12])) / TICKS, pages * os.sysconf("SC_PAGE_SIZE"))


def _pids(root: int) -> Iterator[int]:
    """A process and all that come from it."""
    yield root
    with contextlib.suppress(FileNotFoundError):
        for task in Path(f"/proc/{root}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _pids(int(child))


def tree_memory(root: int) -> float:
    """MiB of a part: its own, and its share of what its processes share (PSS)."""
    total = 0
    for pid in _pids(root):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def tree_cpu(root: int) -> float:
    """Seconds that a part's living processes, and those of them that have ended, have computed."""
    total = 0
    for pid in _pids(root):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(int(field) for field in fields[11:15])
    return total / TICKS


@dataclass
class Stand:
    """A Redis, an API without worker, and workers."""

    folder: Path
    settings: dict[str, str]
    redis_url: str = ""
    api_url: str = ""
    pids: dict[str, int] = field(default_factory=dict[str, int])
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list[subprocess.Popen[bytes]])

    project: Path = PROJECT

    @property
    def database_url(self) -> str:
        """The database that all share."""
        return f"sqlite+aiosqlite:///{self.folder / 'shared.db'}"

    def used(self) -> dict[str, Used]:
        """What each process has used until now."""
        return {name: used_by(pid) for name, pid in self.pids.items()}

    def used_since(self, before: dict[str, Used]) -> dict[str, Used]:
        """What each process has used since a look."""
        return {name: now.since(before[name]) for name, now in self.used().items()}

    def redis_info(self, section: str) -> dict[str, Any]:
        """Redis' own figures."""
        with Redis.from_url(self.redis_url) as client:
            found: Any = client.info(section)
            return found

    def start_redis(self) -> None:
        binary = shutil.which("redis-server") or str(find_server())
        path = self.folder / "redis.sock"
        self._start(
            "redis",
            [
                binary,
                "--unixsocket",
                str(path),
                "--port",
                "0",
                "--appendonly",
                "yes",
                "--save",
                "",
                "--dir",
                str(self.folder),
            ],
        )
        self.redis_url = f"unix://{path}"
        wait_until(path.exists)

    def start_api(self) -> None:
        port = free_port()
        self.api_url = f"http://127.0.0.1:{port}"
        self._start("api", [sys.executable, "-m", "server.cli", "serve", "--no-worker", "--port", str(port)])
        wait_until(lambda: is_up(f"{self.api_url}/ok"))

    def start_worker(self, name: str = "worker") -> None:
        self._start(name, [sys.executable, "-m", "server.cli", "worker"])
        wait_until(lambda: b" is running" in (self.folder / f"{name}.log").read_bytes())

    def kill(self, name: str) -> None:
        """End a process at once, in the middle of what it does."""
        process = next(process for process in self._processes if process.pid == self.pids[name])
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End all: the services in good order, then Redis."""
        for process in reversed(self._processes):
            process.send_signal(signal.SIGKILL)
            process.wait()

    def _start(self, name: str, command: list[str]) -> None:
        ours = {
            "DATA_DIR": str(self.folder / name),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SCRIPTORIUM_CONFIG": str(self.project),
            "LOG_LEVEL": "WARNING" if name == "api" else "INFO",
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, env=os.environ | ours | self.settings, cwd=self.folder, stdout=log, stderr=log
            )
        self._processes.append(process)
        self.pids[name] = process.pid


@contextlib.contextmanager
def stand(*workers: str, **settings: str) -> Iterator[Stand]:
    """A Redis, an API and these workers, ended with the block.

    Args:
        settings: Of the service, by their names in the environment.
    """
    with tempfile.TemporaryDirectory(prefix="scriptorium-bench-", ignore_cleanup_errors=True) as folder:
        made = Stand(Path(folder), settings)
        try:
            made.start_redis()
            made.start_api()
            for name in workers:
                made.start_worker(name)
            yield made
        finally:
            made.stop()


def is_up(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(url, timeout=2).is_success
    return False


def wait_until(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError("a process did not come up")
        time.sleep(0.05)


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
