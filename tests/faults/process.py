"""One process of the service, that is killed, frozen, stopped and started again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from configs.settings import Settings

START_TIMEOUT = 300.0  # seconds: all processes start at once, on a machine that may be busy
STOP_TIMEOUT = 60.0


@dataclass(eq=False)
class Process:
    """`scriptorium` with some arguments; what it logs is kept in a file over all its lives."""

    name: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    folder: Path
    port: int = 0  #: Of an API; 0 for a worker.
    is_frozen: bool = False
    is_busy: bool = False  #: A fault has it in hand.
    pids: list[int] = field(default_factory=list[int])  #: Of all its lives.
    _popen: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where an API answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it has said in all its lives."""
        place = self.folder / f"{self.name}.log"
        return place.read_text(errors="replace") if place.exists() else ""

    @property
    def is_running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def pid(self) -> int:
        assert self._popen is not None, "not started"
        return self._popen.pid

    async def start(self) -> None:
        """Start it, and wait until it works."""
        said = self.log.count(" is running")
        names = {field.alias for field in Settings.model_fields.values()}
        environment = {name: value for name, value in os.environ.items() if name not in names}
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self._popen = subprocess.Popen(  # noqa: ASYNC220 - it returns at once
                [sys.executable, "-m", "server.cli", *self.arguments],
                env=environment | self.environment,
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        self.pids.append(self.pid)
        if self.port:
            await self._until(self._answers)
        else:
            await self._until(lambda: _now(self.log.count(" is running") > said))

    async def kill(self) -> None:
        """kill -9."""
        if self.is_running:
            self.thaw()
            os.kill(self.pid, signal.SIGKILL)
            await asyncio.to_thread(self._wait)

    async def stop(self) -> int:
        """SIGTERM; its exit code."""
        os.kill(self.pid, signal.SIGTERM)
        return await asyncio.to_thread(self._wait)

    def freeze(self) -> None:
        """SIGSTOP."""
        os.kill(self.pid, signal.SIGSTOP)
        self.is_frozen = True

    def thaw(self) -> None:
        """SIGCONT."""
        if self.is_frozen:
            os.kill(self.pid, signal.SIGCONT)
            self.is_frozen = False

    def _wait(self) -> int:
        assert self._popen is not None, "not started"
        return self._popen.wait(STOP_TIMEOUT)

    async def _answers(self) -> bool:
        async with httpx.AsyncClient() as client:
            try:
                return (await client.get(f"{self.url}/ok", timeout=2)).is_success
            except httpx.HTTPError:
                return False

    async def _until(self, ready: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(START_TIMEOUT):
            while not await ready():
                if not self.is_running:
                    raise RuntimeError(f"{self.name} ended at its start:\n{self.log[-2000:]}")
                await asyncio.sleep(0.1)


async def _now(answer: bool) -> bool:
    return answer
