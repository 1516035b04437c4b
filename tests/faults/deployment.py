"""Two APIs and three workers on one Redis and one database, and the faults that meet them."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.plan import Fault, Kind
from tests.faults.process import Process
from tests.faults.servers import Servers

PROJECT = Path(__file__).parents[1] / "fixtures" / "project" / "langgraph.json"
FREEZE = 20.0  # seconds: longer than a lease
PAUSE = 1.5  # seconds between a kill and the next start
GRACE = 2.0  # seconds that a step gets at SIGTERM


@dataclass(frozen=True)
class Inflicted:
    """A fault that has happened."""

    fault: Fault
    target: str
    begun: float  #: Seconds from the start.
    ended: float


@dataclass
class Deployment:
    """The processes."""

    servers: Servers
    database_url: str
    folder: Path
    lease: float
    apis: list[Process] = field(default_factory=list[Process])
    workers: list[Process] = field(default_factory=list[Process])
    inflicted: list[Inflicted] = field(default_factory=list[Inflicted])
    failed: list[str] = field(default_factory=list[str])
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)  #: One is killed or restarted at a time.

    @property
    def processes(self) -> list[Process]:
        return [*self.apis, *self.workers]

    @property
    def urls(self) -> list[str]:
        """Where the APIs answer, when they do."""
        return [api.url for api in self.apis]

    def have(self, *, apis: int, workers: int) -> None:
        """Make so many processes, not yet started."""
        for number in range(apis):
            port = _free_port()
            arguments = ("serve", "--no-worker", "--config", str(PROJECT), "--port", str(port))
            self.apis.append(self._process(f"api-{number}", arguments, port))
        for number in range(workers):
            self.workers.append(self._process(f"worker-{number}", ("worker", "--config", str(PROJECT))))

    async def start(self) -> None:
        """Start all: the first API brings the schema up to date, the others find it so."""
        first, *others = self.processes
        await first.start()
        await asyncio.gather(*(process.start() for process in others))

    async def inflict(self, fault: Fault, since: float) -> None:
        """Let a fault happen, and all be well again."""
        begun = time.monotonic()
        try:
            target = await self._inflict(fault)
        except (OSError, RuntimeError, TimeoutError) as error:
            self.failed.append(f"{fault.kind}: {error}")
            return
        self.inflicted.append(Inflicted(fault, target, begun - since, time.monotonic() - since))
        print(f"{begun - since:6.1f} s  {fault.kind}  {target}", flush=True)

    async def _inflict(self, fault: Fault) -> str:
        if fault.kind in self.servers.kinds:
            return await self.servers.inflict(fault.kind, fault.pick)
        if fault.kind is Kind.WORKER_FROZEN:
            async with self._in_hand(self.workers, fault.pick) as one:
                one.freeze()
                await asyncio.sleep(FREEZE)
                one.thaw()
            return one.name
        async with self._turn:
            if fault.kind is Kind.ROLLING_RESTART:
                return await self._restart_all()
            among = self.apis if fault.kind is Kind.API_KILLED else self.workers
            async with self._in_hand(among, fault.pick) as one:
                await one.kill()
                await asyncio.sleep(PAUSE)
                await one.start()
            return one.name

    async def _restart_all(self) -> str:
        """SIGTERM and a new start, for one process after the other."""
        for process in self.processes:
            async with self._in_hand([process], 0) as one:
                code = await one.stop()
                await one.start()
                if code != 0:
                    self.failed.append(f"{one.name} ended with {code} at SIGTERM")
        return f"{len(self.processes)} processes"

    @contextlib.asynccontextmanager
    async def _in_hand(self, among: list[Process], pick: float) -> AsyncGenerator[Process]:
        """One of these, which no other fault meets for as long as the with block runs."""
        while not (free := [one for one in among if not one.is_busy]):  # noqa: ASYNC110 - it is a matter of seconds
            await asyncio.sleep(0.1)
        one = free[int(pick * len(free))]
        one.is_busy = True
        try:
            yield one
        finally:
            one.is_busy = False

    def _process(self, name: str, arguments: tuple[str, ...], port: int = 0) -> Process:
        environment = {
            "DATA_DIR": str(self.folder / name),
            "REDIS_URL": self.servers.url,
            "DATABASE_URL": self.database_url,
            "LEASE_SECONDS": str(self.lease),
            "BG_JOB_SHUTDOWN_GRACE_PERIOD_SECS": str(GRACE),
            "LOG_LEVEL": os.environ.get("FAULTS_LOG_LEVEL", "INFO"),
        }
        return Process(name, arguments, environment, self.folder, port)


@contextlib.asynccontextmanager
async def deployment(
    servers: Servers, database_url: str, folder: Path, *, lease: float, apis: int = 2, workers: int = 3
) -> AsyncGenerator[Deployment]:
    """A deployment that runs, and is killed at the end."""
    made = Deployment(servers, database_url, folder, lease)
    made.have(apis=apis, workers=workers)
    try:
        await made.start()
        yield made
    finally:
        for process in made.processes:
            await process.kill()


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
