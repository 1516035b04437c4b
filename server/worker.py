"""The worker: takes runs from the queue and executes them in this process."""

import asyncio
import logging
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from configs.settings import Settings
from server import endless, loop_lag, metrics
from server.api.application import in_process
from server.api.jobs import novels, recogniser
from server.api.langgraph.schemas import run_json
from server.db.models import Run, now
from server.last_resort import end_within
from server.lua import UNANSWERED
from server.metrics_port import metrics_port
from server.resources import Resources, open_resources
from server.runs import loopback
from server.runs.leases import RENEWALS
from server.runs.queue import Handlers

logger = logging.getLogger(__name__)

CEREMONY = timedelta(seconds=15)  # between the end of the runs' grace and an end without ceremony


@dataclass(kw_only=True)
class Watch:
    """What a worker does again and again beside its runs.

    Args:
        slots: Runs that it executes at a time.
        lease: How long the others believe that it lives without hearing of it.
    """

    resources: Resources
    name: str
    slots: int
    lease: timedelta

    async def keep(self) -> None:
        """Renew, register and look after the runs of dead workers, for as long as this is not cancelled."""
        while True:
            await self.once()
            await asyncio.sleep((self.lease / RENEWALS).total_seconds())

    async def once(self) -> None:
        """One round. Redis may be away: the next round tells the rest."""
        held = self.resources.executor.held
        await held.renew()
        try:
            await self.resources.dispatcher.register_worker(self.name, self.slots, lasting=self.lease)
            if adopted := await self.resources.runs.adopt_orphans():
                logger.debug("%d runs that nobody holds are queued", adopted)
        except UNANSWERED as error:
            logger.warning("Redis does not answer the worker: %s", error)

    async def leave(self) -> None:
        """Say that no further runs are wanted. Redis may be away: the others find out by the lease."""
        self.slots = 0
        try:
            await self.resources.dispatcher.register_worker(self.name, 0, lasting=self.lease)
        except UNANSWERED as error:
            logger.warning("Redis does not answer the worker, which leaves: %s", error)


@asynccontextmanager
async def working(resources: Resources, *, concurrency: int | None = None) -> AsyncGenerator[None]:
    """Work on runs for as long as the with block runs, and take up those that an earlier process left.

    At the end every run stops after its present step, and the next worker goes on with it.

    Args:
        concurrency: Runs executed at a time; the setting by default.
    """
    settings = resources.settings
    lease = timedelta(seconds=settings.lease_seconds)
    slots = concurrency or settings.n_jobs_per_worker
    resources.executor.held.slots = slots
    metrics.worker_slots(slots)
    watch = Watch(resources=resources, name=resources.executor.worker, slots=slots, lease=lease)

    async def deliver(run_id: str, attempt: int) -> None:
        await resources.webhooks.deliver(run_id, attempt, partial(_payload, resources))

    handlers = Handlers(
        execute=resources.executor.execute,
        deliver=deliver,
        enter=resources.runs.enter,
        fire=resources.schedules.fire,
    )
    queue = resources.queue.worker(handlers, name=watch.name, concurrency=slots, redelivery=lease)
    # A worker listens on no port; its graphs reach the API all the same.
    with loopback.connected(in_process(resources)):
        async with queue as worker:
            if waiting := await resources.runs.recover():
                logger.info("Taking up %d unfinished runs", waiting)
            await resources.schedules.queue_due()
            # Beside to the last: they use what is closed next, and leases are renewed while runs end.
            async with (
                endless.beside(watch.keep(), "watch over the worker's runs"),
                endless.beside(resources.sweeper.keep_sweeping(), "sweeper"),
            ):
                try:
                    yield
                finally:
                    worker.close()
                    await watch.leave()
                    grace = timedelta(seconds=settings.bg_job_shutdown_grace_period_secs)
                    await resources.executor.held.drain(grace)
                    await worker.stop()


def longest_stop(settings: Settings) -> timedelta:
    """How long a process may take to stop: the runs' grace, and some seconds to clean up."""
    return timedelta(seconds=settings.bg_job_shutdown_grace_period_secs) + CEREMONY


async def work(settings: Settings, *, concurrency: int | None = None) -> None:
    """Work on runs until SIGTERM or SIGINT, then leave them at their next step to the other workers.

    Args:
        concurrency: Runs executed at a time; the setting by default.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with (
        open_resources(settings) as resources,
        metrics_port(resources.census.prometheus, settings.metrics_port, host=settings.metrics_host),
        loop_lag.measured(),
        endless.beside(resources.catalog.load(), "loading of graphs"),
        working(resources, concurrency=concurrency),
    ):
        logger.info("Worker %s is running", resources.executor.worker)
        await stopping.wait()
        end_within(longest_stop(settings))


async def _payload(resources: Resources, run: Run) -> dict[str, Any]:
    """What a webhook carries, in the words of the contract that the run was accepted under."""
    if run.contract == recogniser.CONTRACT:
        return await novels.callback_payload(resources, run)
    times = {"run_started_at": run.started_at, "run_ended_at": run.ended_at, "webhook_sent_at": now()}
    told: dict[str, Any] = {name: moment and moment.isoformat() for name, moment in times.items()}
    if run.error is None:
        return run_json(run) | told | {"values": await resources.states.output(run)}
    return run_json(run) | told | {"values": await resources.states.values(run, None), "error": run.error}
