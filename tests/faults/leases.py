"""Two promises of leases, with figures: one worker executes a run, and a lost one is soon replaced."""

import asyncio
import time

from tests.faults import diary
from tests.faults.deployment import Deployment
from tests.faults.diary import NODES
from tests.faults.load import Begun, Load
from tests.faults.process import Process

LEASE = 10.0  # seconds
LONG = 30.0  # seconds that the long run takes
SLACK = 10.0  # seconds beyond a lease until a lost worker's run goes on


async def check(made: Deployment) -> list[str]:
    """Check both; complaints."""
    (made.folder / "diaries").mkdir()
    return [*await _long_run(made), *await _loss_in_silence(made)]


async def _long_run(made: Deployment) -> list[str]:
    """A run three times as long as a lease is executed once."""
    run = await _begin(made, pause=LONG / len(NODES))
    start = time.monotonic()
    await _until_ended(run)
    took = time.monotonic() - start
    lines = diary.read(run.diary)
    attempts, begins = {line.attempt for line in lines}, sum(line.does == "begins" for line in lines)
    print(f"a run of {took:.1f} s, a lease of {LEASE:.0f} s: {begins} nodes begun in {len(attempts)} attempt")
    return [] if (attempts, begins) == ({1}, len(NODES)) else ["a long run was executed twice"]


async def _loss_in_silence(made: Deployment) -> list[str]:
    """A run whose worker is killed goes on elsewhere, though nothing else happens in the queue."""
    run = await _begin(made, pause=1.0)
    holder = await _holder(made, run)
    await holder.kill()
    start = time.monotonic()
    while {line.attempt for line in diary.read(run.diary)} == {1}:
        await asyncio.sleep(0.05)
        if time.monotonic() - start > 3 * (LEASE + SLACK):
            return ["the run of a worker killed in silence never went on"]
    took = time.monotonic() - start
    await _until_ended(run)
    print(f"a worker killed in silence: its run went on after {took:.1f} s (at most {LEASE + SLACK:.0f} s)")
    return [] if took <= LEASE + SLACK else ["the run of a worker killed in silence went on too late"]


async def _begin(made: Deployment, *, pause: float) -> Begun:
    load = Load(made.urls, made.folder / "diaries", seed=0)
    return await load.begin_one(pause=pause)


async def _until_ended(run: Begun) -> None:
    async with asyncio.timeout(3 * LONG):
        while not any(  # noqa: ASYNC110 - a file rings no bell
            line.node == NODES[-1] and line.does == "ends" for line in diary.read(run.diary)
        ):
            await asyncio.sleep(0.05)


async def _holder(made: Deployment, run: Begun) -> Process:
    """The worker that executes a run's second node."""
    while len(lines := diary.read(run.diary)) < 3:  # noqa: ASYNC110 - a file rings no bell
        await asyncio.sleep(0.05)
    return next(worker for worker in made.workers if worker.pid == lines[-1].pid)
