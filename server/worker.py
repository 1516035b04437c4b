"""The worker: takes runs from the queue and executes them in this process."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from server.api.jobs import novels, recogniser
from server.api.langgraph.schemas import run_json
from server.db.models import Run
from server.resources import Resources

logger = logging.getLogger(__name__)


@asynccontextmanager
async def working(resources: Resources) -> AsyncGenerator[None]:
    """Work on runs for as long as the with block runs, and take up those that an earlier process left."""

    async def deliver(run_id: str, attempt: int) -> None:
        await resources.webhooks.deliver(run_id, attempt, partial(_payload, resources))

    concurrency = resources.settings.n_jobs_per_worker
    async with resources.queue.worker(
        resources.executor.execute, deliver, resources.schedules.fire, concurrency=concurrency
    ):
        if waiting := await resources.runs.recover():
            logger.info("Taking up %d unfinished runs", waiting)
        await resources.schedules.queue_due()
        sweeping = asyncio.create_task(resources.sweeper.keep_sweeping())
        try:
            yield
        finally:
            sweeping.cancel()
            await resources.executor.stop()


async def _payload(resources: Resources, run: Run) -> dict[str, Any]:
    """What a webhook carries, in the words of the contract that the run was accepted under."""
    if run.contract == recogniser.CONTRACT:
        return await novels.callback_payload(resources, run)
    return run_json(run) | {"values": await resources.states.output(run)}
