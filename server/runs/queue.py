"""The run queue: a narrow port over docket, which keeps its messages in Redis.

Only run ids travel in messages. A worker that dies stops renewing its claim, and the message goes to
another one.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from docket import Docket, Worker

from server import keys

Handler = Callable[[str], Awaitable[None]]
DeliveryHandler = Callable[[str, int], Awaitable[object]]
CronHandler = Callable[[str, datetime], Awaitable[object]]

REDELIVERY_TIMEOUT = timedelta(seconds=30)  # a run whose worker is silent this long goes to another one
MAX_CONNECTIONS = 1000  # of docket's pool, which opens up to one for each run under way
CHECK_INTERVAL = timedelta(milliseconds=100)  # how often a worker with all hands full looks for work

logger = logging.getLogger(__name__)


class RunQueue:
    """Hands runs to workers, each to one at a time.

    Every call may be repeated: submitting what is already queued or under way changes nothing.
    """

    def __init__(self, docket: Docket) -> None:
        self._docket = docket
        self._handlers: tuple[Handler, DeliveryHandler, CronHandler] | None = None
        docket.register(self._execute_run, names=["execute_run"])
        docket.register(self._deliver_webhook, names=["deliver_webhook"])
        docket.register(self._fire_cron, names=["fire_cron"])

    async def submit(self, run_id: str, *, when: datetime | None = None) -> None:
        """Queue a run, now or for later."""
        await self._docket.add("execute_run", when=when, key=run_id)(run_id)

    async def submit_delivery(
        self, run_id: str, attempt: int, *, when: datetime | None = None, resent: bool = False
    ) -> None:
        """Queue one attempt to call a run's webhook.

        Args:
            resent: Queue it although the same attempt may be waiting for a later time.
        """
        key = f"webhook:{run_id}:{attempt}" + (":resent" if resent else "")
        await self._docket.add("deliver_webhook", when=when, key=key)(run_id, attempt)

    async def submit_cron(self, cron_id: str, when: datetime) -> None:
        """Queue the fire that a cron is due for at this moment."""
        moment = int(when.timestamp())
        await self._docket.add("fire_cron", when=when, key=f"cron:{cron_id}:{moment}")(cron_id, moment)

    @asynccontextmanager
    async def worker(
        self, execute: Handler, deliver: DeliveryHandler, fire: CronHandler, *, concurrency: int
    ) -> AsyncGenerator[None]:
        """Work on the queue in the background for as long as the with block runs.

        Whoever leaves the block has to end the handlers under way first: the worker waits for them.
        """
        self._handlers = execute, deliver, fire
        async with Worker(
            self._docket,
            concurrency=concurrency,
            redelivery_timeout=REDELIVERY_TIMEOUT,
            minimum_check_interval=CHECK_INTERVAL,
        ) as worker:
            working = asyncio.create_task(worker.run_forever())
            working.add_done_callback(_report_end)
            try:
                yield
            finally:
                working.cancel()
                await asyncio.wait([working])

    async def _execute_run(self, run_id: str) -> None:
        execute, _, _ = self._required_handlers()
        await execute(run_id)

    async def _deliver_webhook(self, run_id: str, attempt: int) -> None:
        _, deliver, _ = self._required_handlers()
        await deliver(run_id, attempt)

    async def _fire_cron(self, cron_id: str, moment: int) -> None:
        _, _, fire = self._required_handlers()
        await fire(cron_id, datetime.fromtimestamp(moment, UTC))

    def _required_handlers(self) -> tuple[Handler, DeliveryHandler, CronHandler]:
        if self._handlers is None:
            raise RuntimeError("A message arrived in a process that runs no worker")
        return self._handlers


@asynccontextmanager
async def open_queue(redis_url: str) -> AsyncGenerator[RunQueue]:
    """The queue on this Redis."""
    separator = "&" if "?" in redis_url else "?"
    url = f"{redis_url}{separator}max_connections={MAX_CONNECTIONS}"
    async with Docket(name=keys.DOCKET_RUNS, url=url) as docket:
        yield RunQueue(docket)


def _report_end(working: asyncio.Task[None]) -> None:
    if not working.cancelled() and (error := working.exception()):
        logger.critical("The worker has stopped; runs stay queued until a restart", exc_info=error)
