"""Removes what has been kept long enough, and finds what was lost on its way.

Every step may be repeated and may run in several processes at once; a lock in Redis only spares them the
work. A step that fails is logged and leaves the others to do theirs.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, cast, get_args

from server import keys, lua
from server.db.models import now
from server.db.repositories import removals, runs
from server.db.session import Database
from server.files.uploads import Uploads
from server.keys import RunKey
from server.runs.removal import AT_ONCE, ThreadRemover
from server.runs.schedules import Schedules
from server.runs.service import RunService
from server.runs.thread_ttl import ThreadTtl
from server.runs.webhooks import WebhookSender
from server.store import SqlStore
from server.stream.broker import EventBroker
from tools.errors import NotFound
from tools.topics.running.dlc import DlcPlace

logger = logging.getLogger(__name__)

ORPHANS_EVERY = 24 * 3600  # seconds between two searches for bytes without a row
Sweep = Literal["lost", "threads", "documents"]
SWEEPS: tuple[Sweep, ...] = get_args(Sweep)
STREAMS_AT_ONCE = 5000  # runs whose streams one pass looks at; the next one goes on


@dataclass(frozen=True, kw_only=True)
class Sweeper:
    """Sweeps, now or again and again.

    Args:
        redis: A client that returns bytes.
        training: Where jobs lie in a bucket; None: nowhere.
        thread_ttl: The TTL of threads without one of their own.
        thread_limit: How many threads that are over their TTL one pass may end.
        keep: How long streams are kept after a run's end.
        every: The pauses between two passes of each kind, of all processes together.
    """

    redis: lua.Client
    database: Database
    broker: EventBroker
    uploads: Uploads
    runs: RunService
    remover: ThreadRemover
    schedules: Schedules
    webhooks: WebhookSender
    store: SqlStore
    training: DlcPlace | None = None
    thread_ttl: ThreadTtl | None = None
    thread_limit: int = AT_ONCE
    keep: timedelta
    every: Mapping[Sweep, timedelta]

    async def keep_sweeping(self) -> None:
        """Sweep until cancelled, unless another process does."""
        while True:
            try:
                due: list[Sweep] = [what for what in SWEEPS if await self.take_turn(what)]
                if due:
                    _report(await self.sweep(*due))
            except Exception:  # whatever fails now may work in the next pass
                logger.exception("Sweeping failed; it is tried again")
            await asyncio.sleep(min(self.every.values()).total_seconds())

    async def sweep(self, *kinds: Sweep, moment: datetime | None = None) -> Counter[str]:
        """One pass; returns how many of each kind of thing something was done about.

        Args:
            kinds: What is swept: threads and documents that are over their TTL, or all that is lost or kept
                long enough for another reason; without any, everything.
            moment: The current time.
        """
        at = moment or now()
        done = Counter[str]()
        for kind in kinds or SWEEPS:
            if kind == "threads":
                done["outlived threads"] = await self._attempt("outlived threads", self._end_outlived(at))
            elif kind == "documents":
                done["expired documents"] = await self._attempt("the store", self.store.remove_expired(at))
            else:
                done += await self._sweep_lost(at)
        return +done

    async def _sweep_lost(self, at: datetime) -> Counter[str]:
        await self._attempt("unfinished runs", self.runs.recover())  # most of them are under way: not counted
        done = Counter[str]()
        done["late cron fires"] = await self._attempt("crons", self.schedules.queue_due(moment=at))
        done["due webhook attempts"] = await self._attempt("webhooks", self.webhooks.queue_due(moment=at))
        done["interrupted removals"] = await self._attempt("removals", self.remover.finish())
        done["expired threads"] = await self._attempt("expired threads", self._remove_expired(at))
        done["open streams"] = await self._attempt("open streams", self._remove_streams(at))
        done["expired files"] = await self._attempt("expired files", self._remove_files(at))
        done["stale uploads"] = await self._attempt("stale uploads", self.uploads.remove_stale(at))
        done["orphan files"] = await self._attempt("orphan files", self._remove_orphans(at))
        return done

    async def _attempt(self, name: str, step: Awaitable[int]) -> int:
        try:
            return await step
        except Exception:  # a step that fails must not keep the others
            logger.exception("Sweeping of %s failed; it is tried again", name)
            return 0

    async def take_turn(self, what: Sweep) -> bool:
        """Take the turn for the time of one pause; nobody gives it back, so it also spaces the passes."""
        milliseconds = max(1, self.every[what] // timedelta(milliseconds=1))
        return bool(await self.redis.set(keys.sweep_turn(what), b"1", nx=True, px=milliseconds))

    async def _remove_expired(self, at: datetime) -> int:
        async with self.database.read() as session:
            expired = await removals.expired_threads(session, at, limit=AT_ONCE)
        return sum([await self._attempt(f"thread {it}", self._remove(it)) for it in expired])

    async def _end_outlived(self, at: datetime) -> int:
        default = (self.thread_ttl.duration, self.thread_ttl.strategy) if self.thread_ttl else None
        async with self.database.read() as session:
            outlived = await removals.outlived_threads(session, at, limit=self.thread_limit, default=default)
        return sum([await self._attempt(f"thread {it.thread_id}", self._end(it)) for it in outlived])

    async def _end(self, outlived: removals.Outlived) -> int:
        if outlived.strategy == "delete":
            return await self._remove(outlived.thread_id)
        await self.remover.keep_latest(outlived.thread_id)
        return 1

    async def _remove(self, thread_id: str) -> int:
        return int(await self.remover.remove(thread_id, unless_needed=True))

    async def _remove_streams(self, at: datetime) -> int:
        """Remove the streams that were never closed: closed ones expire by themselves."""
        place = cast("bytes | None", await self.redis.get(keys.SWEPT_STREAMS))
        first = datetime.fromisoformat(place.decode()) if place else datetime.fromtimestamp(0, UTC)
        async with self.database.read() as session:
            ended = await runs.ended_between(session, first, at - self.keep, limit=STREAMS_AT_ONCE)
        removed = 0
        for thread_id, run_id, _ in ended:
            run = RunKey(thread_id, run_id)
            if await self.broker.exists(run):
                await self.broker.delete(run)
                removed += 1
        if ended:
            await self.redis.set(keys.SWEPT_STREAMS, ended[-1][2].isoformat())
        return removed

    async def _remove_files(self, at: datetime) -> int:
        expired = await self.uploads.files.expired(at)
        return sum([await self._attempt(f"file {it}", self._remove_file(it)) for it in expired])

    async def _remove_file(self, file_id: str) -> int:
        try:
            await self.uploads.files.remove(file_id)
        except NotFound:
            return 0  # somebody else was first
        return 1

    async def _remove_orphans(self, at: datetime) -> int:
        """Once a day, for it looks at every key of the storage."""
        is_due = await self.redis.set(keys.SWEPT_FILES, b"1", nx=True, ex=ORPHANS_EVERY)
        if not is_due:
            return 0
        left = await self.training.remove_left(at) if self.training is not None else 0
        return left + await self.uploads.files.remove_orphans(at)


def _report(done: Counter[str]) -> None:
    if done:
        logger.info("Swept: %s", ", ".join(f"{count} {name}" for name, count in done.items()))
