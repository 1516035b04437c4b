"""Jobs in child processes of this one: some at a time, with bounded memory, gone when they are not wanted."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from weakref import WeakKeyDictionary

from tools.errors import ErrorCategory, ProcessFailed, ServiceError
from tools.processes import run_process
from tools.topics.running.folder import FAILED, listener, read_error, read_results, write_job
from tools.topics.running.job import Job, StepName, Tell

MEMORY_MB = 4096
_GRACE_SECONDS = 0.5  # a child has nothing to save
_ROOT = Path(__file__).parents[3]
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# What a child needs of the environment; keys and addresses are none of its business.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")


class LocalProcesses:
    """A Place on this machine.

    Args:
        at_once: Processes that run at a time; the others wait for their turn. None: one a core.
        memory_mb: What each may allocate; 0: as much as there is.
        models: The folder of embedding models; None: nothing is tuned here.
    """

    def __init__(
        self, *, at_once: int | None = None, memory_mb: int = MEMORY_MB, models: Path | None = None
    ) -> None:
        self._at_once = at_once or os.cpu_count() or 1
        self._memory_mb = memory_mb
        self._models = models
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    async def run(self, job: Job, tell: Tell) -> dict[str, bytes]:
        async with self._turn():
            with tempfile.TemporaryDirectory(prefix="scriptorium-topics-") as name:
                folder = Path(name)
                await asyncio.to_thread(write_job, folder, job)
                await self._run(folder, tell)
                return await asyncio.to_thread(read_results, folder)

    def most_cost(self, step: StepName) -> float | None:
        return None

    def _turn(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        return self._turns.setdefault(loop, asyncio.Semaphore(self._at_once))

    async def _run(self, folder: Path, tell: Tell) -> None:
        command = [sys.executable, "-m", "tools.topics.running.child", folder, str(self._memory_mb)]
        command += [] if self._models is None else [self._models]
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        # One thread each: more cores are used by more models, and sums do not depend on how many there are.
        env = kept | dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONPATH": str(_ROOT), "PYTHONHASHSEED": "0"}
        try:
            await run_process(command, env=env, cwd=folder, grace=_GRACE_SECONDS, listen=listener(tell))
        except ProcessFailed as error:
            raise self._explained(folder, error) from None

    def _explained(self, folder: Path, error: ProcessFailed) -> ServiceError:
        told = read_error(folder)
        if told is not None:
            return told
        if f"exit code {FAILED}" not in error.message and "signal" not in error.message:
            return ServiceError(error.message, code="job_failed", category=ErrorCategory.INVALID_INPUT)
        return error
