"""The run queue: a narrow port over docket, which keeps its messages in Redis.

Only ids travel in messages. A worker that dies stops renewing its claim, and the message goes to another
one. Runs and chores (webhooks and other small things) have a docket each: neither waits for the other.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from docket import Docket, Retry, Worker

from server import keys
from server.runs.engine import make_docket

Handler = Callable[[str], Awaitable[None]]
DeliveryHandler = Callable[[str, int], Awaitable[object]]
CronHandler = Callable[[str, datetime], Awaitable[object]]

CHECK_INTERVAL = timedelta(milliseconds=100)  # how often a worker with all hands full looks for work
RECONNECTION_DELAY = timedelta(seconds=1)
CHORES_AT_A_TIME = 20
AFTER_A_FAULT = timedelta(seconds=5)
LAST_MESSAGES = timedelta(seconds=4)  # that those under way get when the worker stops

logger = logging.getLogger(__name__)


class TryLater(Exception):
    """A handler's word that its message shall come again, to whichever worker is free then.

    Args:
        delay: After how long.
    """

    def __init__(self, delay: timedelta) -> None:
        super().__init__(f"again in {delay}")
        self.delay = delay


@dataclass(frozen=True, kw_only=True)
class Handlers:
    """What a worker does with each kind of message."""

    execute: Handler  #: Takes a run id; may raise TryLater.
    deliver: DeliveryHandler  #: Takes a run id and the number of an attempt to call its webhook.
    enter: Handler  #: Takes the id of a run whose time has come.
    fire: CronHandler  #: Takes a cron id and the moment that it is due at.


class RunQueue:
    """Hands runs to workers, each to one at a time.

    Every call may be repeated: submitting what is already queued changes nothing.
    """

    def __init__(self, runs: Docket, chores: Docket) -> None:
        self._runs = runs
        self._chores = chores
        self._handlers: Handlers | None = None
        runs.register(self._execute_run, names=["execute_run"])
        chores.register(self._deliver_webhook, names=["deliver_webhook"])
        chores.register(self._enter_run, names=["enter_run"])
        chores.register(self._fire_cron, names=["fire_cron"])

    async def submit(self, run_id: str, *, when: datetime | None = None) -> None:
        """Queue a run, now or for later."""
        await self._runs.add("execute_run", when=when, key=run_id)(run_id)

    async def cancel(self, run_id: str) -> None:
        """Take a run out of the queue; if a worker executes it, cancel its task within milliseconds.

        The word to a worker may get lost: the lease holds it, too.
        """
        await self._runs.cancel(run_id)

    async def forget(self, run_id: str) -> None:
        """Remove what is kept of a run's message for some minutes after its end."""
        async with self._runs.redis() as redis:
            await redis.delete(self._runs.key(f"runs:{run_id}"))

    async def submit_delivery(
        self, run_id: str, attempt: int, *, when: datetime | None = None, resent: bool = False
    ) -> None:
        """Queue one attempt to call a run's webhook.

        Args:
            resent: Queue it although the same attempt may be waiting for a later time.
        """
        key = f"webhook:{run_id}:{attempt}" + (":resent" if resent else "")
        await self._chores.add("deliver_webhook", when=when, key=key)(run_id, attempt)

    async def submit_entry(self, run_id: str, when: datetime) -> None:
        """Let a run wait for its turn from this moment on."""
        await self._chores.add("enter_run", when=when, key=f"enter:{run_id}")(run_id)

    async def submit_cron(self, cron_id: str, when: datetime) -> None:
        """Queue the fire that a cron is due for at this moment."""
        moment = int(when.timestamp())
        await self._chores.add("fire_cron", when=when, key=f"cron:{cron_id}:{moment}")(cron_id, moment)

    @asynccontextmanager
    async def worker(
        self, handlers: Handlers, *, name: str, concurrency: int, redelivery: timedelta
    ) -> AsyncGenerator["QueueWorker"]:
        """Work on the queue in the background for as long as the with block runs.

        Whoever leaves the block has to end the handlers under way first: the worker waits for them.

        Args:
            name: Of this worker, unique among all.
            concurrency: Runs executed at a time.
            redelivery: A message whose worker is silent this long goes to another one.
        """
        self._handlers = handlers
        async with AsyncExitStack() as stack:
            working = [
                await stack.enter_async_context(
                    Worker(
                        docket,
                        name=name,
                        concurrency=slots,
                        redelivery_timeout=redelivery,
                        minimum_check_interval=CHECK_INTERVAL,
                        reconnection_delay=RECONNECTION_DELAY,
                    )
                )
                for docket, slots in ((self._runs, concurrency), (self._chores, CHORES_AT_A_TIME))
            ]
            worker = QueueWorker([asyncio.create_task(each.run_forever()) for each in working])
            try:
                yield worker
            finally:
                await worker.stop()

    async def _execute_run(self, run_id: str, retry: Retry = Retry(attempts=None)) -> None:
        try:
            await self._required_handlers().execute(run_id)
        except TryLater as later:
            retry.after(later.delay)
        except Exception:  # a run that was accepted is never given up because of a fault around it
            logger.exception("Run %s could not be executed; it is tried again", run_id)
            retry.after(AFTER_A_FAULT)

    async def _deliver_webhook(self, run_id: str, attempt: int) -> None:
        await self._required_handlers().deliver(run_id, attempt)

    async def _enter_run(self, run_id: str) -> None:
        await self._required_handlers().enter(run_id)

    async def _fire_cron(self, cron_id: str, moment: int) -> None:
        await self._required_handlers().fire(cron_id, datetime.fromtimestamp(moment, UTC))

    def _required_handlers(self) -> Handlers:
        if self._handlers is None:
            raise RuntimeError("A message arrived in a process that runs no worker")
        return self._handlers


class QueueWorker:
    """The loops that take messages."""

    def __init__(self, loops: list[asyncio.Task[None]]) -> None:
        self._loops = loops
        for loop in loops:
            loop.add_done_callback(_report_end)

    def close(self) -> None:
        """Take no further messages; those under way go on."""
        for loop in self._loops:
            loop.cancel()

    async def stop(self) -> None:
        """Take no further messages, and wait for those under way, but not for ever."""
        self.close()
        _, hanging = await asyncio.wait(self._loops, timeout=LAST_MESSAGES.total_seconds())
        if hanging:
            logger.error("Some messages do not end; they go to another worker once this process is gone")


@asynccontextmanager
async def open_queue(redis_url: str) -> AsyncGenerator[RunQueue]:
    """The queue on this Redis."""
    async with (
        make_docket(keys.DOCKET_RUNS, redis_url) as runs,
        make_docket(keys.DOCKET_CHORES, redis_url) as chores,
    ):
        yield RunQueue(runs, chores)


def _report_end(loop: asyncio.Task[None]) -> None:
    if not loop.cancelled() and (error := loop.exception()):
        logger.critical("The worker has stopped; runs stay queued until a restart", exc_info=error)
