"""The servers of LangGraph projects that are compared, each installed and started as its own papers say.

Peers get virtual environments of their own in ``.peers/``: langgraph-api has the Elastic licence, and aegra
needs Python 3.12. All serve the same graphs (bench/project), each with its own defaults for production.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.processes import free_port, is_up, tree_cpu, tree_memory, wait_until
from tests.fixtures.postgresql import find_binaries, postgresql
from tests.fixtures.redis_servers import RedisProcess

ENVIRONMENTS = Path(__file__).parents[1] / ".peers"
GRAPHS = Path(__file__).parent / "project" / "bench_graphs.py"
NAMES = ("tokens", "sleeper", "quick", "steps")
PYTHONS = ("python3.13", "python3.12")  # for aegra, the newest first
MIB = 1024 * 1024


@dataclass
class Served:
    """A server that answers, with the stores that it keeps its data in."""

    url: str
    seconds: float  #: From the command to its first answer.
    pids: list[int]
    folders: list[Path] = field(default_factory=list[Path])

    @property
    def memory(self) -> float:
        """MiB of all its processes, its stores' among them."""
        return sum(tree_memory(pid) for pid in self.pids)

    @property
    def cpu(self) -> float:
        """Seconds that all its processes have computed."""
        return sum(tree_cpu(pid) for pid in self.pids)

    @property
    def disk(self) -> float:
        """MiB that lie in its folders and its stores'."""
        return sum(_size(folder) for folder in self.folders) / MIB


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextlib.contextmanager
def scriptorium(folder: Path) -> Iterator[Served]:
    """Our own, as ``make run`` starts it: with the Redis that it brings along, and SQLite."""
    with _ours(folder, {}) as served:
        yield served


@contextlib.contextmanager
def scriptorium_on_servers(folder: Path) -> Iterator[Served]:
    """Our own, with a Redis and a PostgreSQL that others started."""
    with ExitStack() as stack:
        redis_url, redis_pid = stack.enter_context(_redis(folder / "redis"))
        database_url, postgres_pid, data = stack.enter_context(_postgresql())
        settings = {"REDIS_URL": redis_url, "DATABASE_URL": database_url}
        served = stack.enter_context(_ours(folder, settings))
        served.pids += [redis_pid, postgres_pid]
        served.folders += [folder / "redis", data]
        yield served


@contextlib.contextmanager
def langgraph_dev(folder: Path) -> Iterator[Served]:
    """The official development server: ten runs at a time, all in memory, written to a file now and then."""
    command = _environment("langgraph-dev", sys.executable, "langgraph-cli[inmem]") / "langgraph"
    _project(folder / "langgraph.json", {"dependencies": ["."]})
    port = free_port()
    call = [str(command), "dev", "--no-browser", "--no-reload", "--port", str(port)]
    call += ["--n-jobs-per-worker", "10"]
    with _process(call, folder, {"LANGSMITH_TRACING": "false"}, port, "/ok") as served:
        yield served


@contextlib.contextmanager
def aegra(folder: Path) -> Iterator[Served]:
    """Aegra on PostgreSQL and Redis: its defaults, three workers of ten runs."""
    command = _environment("aegra", aegra_python(), "aegra-api", "aegra-cli") / "aegra"
    with ExitStack() as stack:
        redis_url, redis_pid = stack.enter_context(_redis(folder / "redis"))
        database_url, postgres_pid, data = stack.enter_context(_postgresql())
        _project(folder / "aegra.json", {})
        port = free_port()
        settings = {
            "DATABASE_URL": database_url.replace("+asyncpg", ""),
            "REDIS_BROKER_ENABLED": "true",
            "REDIS_URL": redis_url,
            "LOG_LEVEL": "WARNING",
        }
        call = [str(command), "serve", "--host", "127.0.0.1", "--port", str(port)]
        served = stack.enter_context(_process(call, folder, settings, port, "/health"))
        served.pids += [redis_pid, postgres_pid]
        served.folders += [folder / "redis", data]
        yield served


SERVERS = {
    "Scriptorium": scriptorium,
    "Scriptorium on Redis and PostgreSQL": scriptorium_on_servers,
    "langgraph dev": langgraph_dev,
    "aegra": aegra,
}


def versions() -> dict[str, str]:
    """The version of each peer that is installed, by the name of its distribution."""
    found: dict[str, str] = {}
    for name, package in (("langgraph-dev", "langgraph-api"), ("aegra", "aegra-api")):
        python = ENVIRONMENTS / name / "bin" / "python"
        if (ENVIRONMENTS / name / ".ready").exists():
            code = f"import importlib.metadata as m; print(m.version('{package}'))"
            found[package] = subprocess.check_output([python, "-c", code], text=True).strip()
    return found


def aegra_python() -> str:
    """An interpreter that the newest aegra runs on, or else this one, for which pip finds an old aegra."""
    for name in PYTHONS:
        if path := shutil.which(name):
            works = subprocess.run([path, "--version"], capture_output=True, check=False)
            if works.returncode == 0:
                return path
    return sys.executable


def _environment(name: str, python: str, *packages: str) -> Path:
    """The ``bin`` of a virtual environment with these packages, made once."""
    folder = ENVIRONMENTS / name
    ready = folder / ".ready"
    if not ready.exists():
        print(f"installing {' '.join(packages)} ...", file=sys.stderr)
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "-qq", *packages], check=True)
        subprocess.run([folder / "bin" / "python", "-m", "compileall", "-qq", folder / "lib"], check=False)
        ready.touch()
    return folder / "bin"


def _project(config: Path, more: dict[str, list[str]]) -> None:
    """The graphs of the bench, beside a configuration that names them by file."""
    shutil.copy(GRAPHS, config.parent / GRAPHS.name)
    graphs = {name: f"./{GRAPHS.name}:{name}" for name in NAMES}
    config.write_text(json.dumps({"graphs": graphs, **more}))


@contextlib.contextmanager
def _ours(folder: Path, settings: dict[str, str]) -> Iterator[Served]:
    port = free_port()
    call = [sys.executable, "-m", "server.cli", "serve", "--port", str(port)]
    ours = {
        "DATA_DIR": str(folder / "data"),
        "SCRIPTORIUM_CONFIG": str(GRAPHS.with_name("langgraph.json")),
        "LOG_LEVEL": "WARNING",
        "RATE_LIMIT": "0",  # Peers have none.
        "N_JOBS_PER_WORKER": "1000",  # Runs that wait for models; the default is for jobs that compute.
    }
    with _process(call, folder, ours | settings, port, "/ok") as served:
        yield served


@contextlib.contextmanager
def _process(
    call: list[str], folder: Path, settings: dict[str, str], port: int, healthy: str
) -> Iterator[Served]:
    start, url = time.perf_counter(), f"http://127.0.0.1:{port}"
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            call, cwd=folder, env=os.environ | settings, stdout=log, stderr=log, start_new_session=True
        ) as process,
    ):
        try:
            wait_until(lambda: is_up(f"{url}{healthy}"))
            yield Served(url, time.perf_counter() - start, [process.pid], [folder])
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def _redis(folder: Path) -> Iterator[tuple[str, int]]:
    """Debian's Redis, with an append-only file, by TCP as from another machine."""
    binary = shutil.which("redis-server")
    if binary is None:
        sys.exit("This needs a Redis: apt-get install redis-server")
    folder.mkdir()
    server = RedisProcess(Path(binary), folder, port=free_port())
    server.start()
    try:
        assert server.process is not None
        yield f"redis://127.0.0.1:{server.port}/0", server.process.pid
    finally:
        server.kill()


@contextlib.contextmanager
def _postgresql() -> Iterator[tuple[str, int, Path]]:
    """A PostgreSQL server: its URL, the first of its processes, where its data lie."""
    binaries = find_binaries()
    if binaries is None:
        sys.exit("This needs PostgreSQL: apt-get install postgresql")
    with postgresql(binaries, durable=True) as url:
        data = Path(urlsplit(url).query.removeprefix("host=")) / "data"
        yield url, int((data / "postmaster.pid").read_text().split()[0]), data
