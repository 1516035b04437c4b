"""Crons: schedules on which runs are created, by whichever worker comes first.

There is no process that beats time. A cron's row says when it fires next; a message for that moment waits in
the queue. Whoever gets the message commits, in one transaction, the run and the cron's next moment, if the
row still names the message's moment. So a fire happens once however many workers there are, and a worker
that dies leaves a fire either done or due. A message that is lost is queued again by the sweeper.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid5

from langchain_core.utils.uuid import uuid7
from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import TypedDict

from server import access
from server.access import Access
from server.accounts.owning import acting
from server.db.models import Account, AfterRun, Cron, MissedPolicy, Thread, now
from server.db.repositories import crons, threads
from server.db.repositories.crons import CronFilter, SortBy
from server.db.session import Database
from server.runs.job import RunRequest
from server.runs.queue import RunQueue
from server.runs.service import RunService
from server.runs.timetable import Timetable
from server.runs.webhooks import WebhookSender
from tools.errors import Forbidden, InvalidInput, ServiceError

logger = logging.getLogger(__name__)

ON_TIME = timedelta(minutes=1)  # later than this, a fire was missed; a dead worker's message takes half of it
MAX_MADE_UP = 100  # missed fires that the policy "all" makes up for, the latest ones
HORIZON = timedelta(hours=1)  # how far ahead the sweeper looks for messages that were lost

_REQUEST_FIELDS = {field.name for field in fields(RunRequest)}


class CronChanges(TypedDict, total=False):
    """What to change of a cron; what is absent stays."""

    schedule: str
    timezone: str | None  #: None: UTC.
    end_time: datetime | None  #: None: it has no end.
    enabled: bool  #: False pauses it. Fires of a pause are not made up for.
    request: Mapping[str, Any]  #: Fields of its RunRequest; its assistant stays.
    on_run_completed: AfterRun
    missed: MissedPolicy
    metadata: Mapping[str, Any]  #: Laid over what is there.


class _NotDue(Exception):
    """The cron was fired, changed, paused or deleted before this message came."""


@dataclass(frozen=True, kw_only=True)
class Schedules:
    """Keeps crons, and fires them."""

    database: Database
    queue: RunQueue
    runs: RunService
    webhooks: WebhookSender

    async def create(
        self,
        request: RunRequest,
        *,
        schedule: str,
        thread_id: str | None = None,
        timezone: str | None = None,
        end_time: datetime | None = None,
        enabled: bool | None = None,
        on_run_completed: AfterRun = "delete",
        missed: MissedPolicy = "once",
        metadata: Mapping[str, Any] | None = None,
        owner: str = "local",
        moment: datetime | None = None,
    ) -> Cron:
        """Create runs on a schedule from now on.

        Args:
            request: What each run is asked; its ``keep_thread`` follows from ``on_run_completed``.
            schedule: Five fields of cron, or six with seconds first.
            thread_id: The thread that all runs share; None for one of each run's own.
            timezone: In which the schedule is read; None: UTC.
            end_time: The last moment at which it may fire.
            enabled: False: it is paused. None: it is not, and nobody has said so.
            on_run_completed: What becomes of a run's own thread.
            missed: What becomes of fires that no worker was there for: ``skip`` drops them, ``once`` creates
                one run for all of them, ``all`` one for each of the last MAX_MADE_UP.
            moment: The current time.

        Raises:
            InvalidInput: For a schedule, a zone, an end or a request that cannot be used.
            NotFound: For an assistant or a thread that is not there.
        """
        if (asking := access.current()) is not None:
            request, owner = replace(request, user=access.kept(asking.user)), asking.user.identity
        assistant_id = await self._checked(request)
        cron = Cron(
            cron_id=str(uuid7()),
            assistant_id=assistant_id,
            thread_id=thread_id,
            schedule=schedule,
            timezone=timezone or "",
            end_time=_utc(end_time),
            enabled=enabled is not False,
            payload=asdict(request)
            | {"stream_mode": list(request.stream_mode)}
            | ({} if enabled is None else {"enabled": enabled}),
            on_run_completed=on_run_completed,
            missed=missed,
            meta=dict(metadata or {}),
            owner=owner,
        )
        _set_next(cron, moment or now())
        async with self.database.write() as session:
            if thread_id is not None:
                await threads.get(session, thread_id)
            session.add(cron)
        await self._queue(cron)
        return cron

    async def update(self, cron_id: str, changes: CronChanges, *, moment: datetime | None = None) -> Cron:
        """Change, pause or resume a cron.

        Raises:
            InvalidInput: For changes that cannot be used, and for none at all.
            NotFound: For a cron that is not there.
        """
        if not changes:
            raise InvalidInput("Nothing to change.", hint="Send at least one field.", code="no_changes")
        await self._check_changes(cron_id, changes)
        async with self.database.write() as session:
            cron = await crons.get(session, cron_id, lock=True)
            _apply(changes, cron)
            cron.updated_at = now()
            if changes.keys() & {"schedule", "timezone", "end_time", "enabled"}:
                _set_next(cron, moment or now())
        await self._queue(cron)
        return cron

    async def delete(self, cron_id: str) -> None:
        """Create no more runs; those under way go on. Raises NotFound."""
        async with self.database.write() as session:
            await session.delete(await crons.get(session, cron_id, lock=True))

    async def get(self, cron_id: str) -> Cron:
        """A cron's row; raises NotFound."""
        async with self.database.read() as session:
            return await crons.get(session, cron_id)

    async def search(
        self,
        wanted: CronFilter,
        *,
        limit: int = 10,
        offset: int = 0,
        sort_by: SortBy = "created_at",
        descending: bool = True,
    ) -> list[Cron]:
        """The crons that fit, one page of them."""
        async with self.database.read() as session:
            found = await crons.search(session, wanted, sort_by=sort_by, descending=descending)
        return found[offset : offset + limit]

    async def count(self, wanted: CronFilter) -> int:
        """How many crons fit."""
        async with self.database.read() as session:
            return len(await crons.search(session, wanted))

    async def fire(self, cron_id: str, due: datetime, *, moment: datetime | None = None) -> str | None:
        """Create the run that a cron is due for, and set its next moment. Safe to repeat, anywhere.

        Args:
            due: The moment of the message.
            moment: The current time.

        Returns:
            The run's id; None when the cron was not due then, or this fire creates none.
        """
        at = moment or now()
        async with self.database.read() as session:
            cron = await crons.find(session, cron_id)
        if cron is None or not _is_due(cron, due):
            return None
        try:
            run_id = await self._create_run(cron, due, at)
        except _NotDue:
            return None
        async with self.database.read() as session:
            cron = await crons.find(session, cron_id)
        if cron is not None:
            await self._queue(cron)
        return run_id

    async def queue_due(self, *, moment: datetime | None = None) -> int:
        """Queue every fire of the next hour, for those whose message was lost; returns how many were late."""
        at = moment or now()
        async with self.database.read() as session:
            soon = await crons.due(session, at + HORIZON)
        for cron in soon:
            await self._queue(cron)
        return sum(1 for cron in soon if cron.next_run_date and cron.next_run_date < at - ON_TIME)

    async def _create_run(self, cron: Cron, due: datetime, at: datetime) -> str | None:
        """Create the run of a fire and advance the cron, both or neither; None when it makes no run."""

        async def advance(session: AsyncSession) -> None:
            if cron.thread_id is not None:  # in the order in which a thread's removal takes its locks
                await session.get(Thread, cron.thread_id, with_for_update=True)
            locked = await crons.find(session, cron.cron_id, lock=True)
            if locked is None or not _is_due(locked, due):
                raise _NotDue
            locked.next_run_date = _plan(locked, due, at).following
            session.add(locked)

        if _plan(cron, due, at).creates_run:
            try:
                with access.bind(await self._owners_access(cron)):
                    run = await self.runs.create_run(
                        replace(_request(cron), priority="low", owner=cron.owner),
                        thread_id=cron.thread_id,
                        run_id=_run_id(cron, due),
                        together_with=advance,
                    )
            except ServiceError as error:
                if not error.category.is_permanent:
                    raise  # the sweeper queues it again
                logger.warning("Cron %s made no run: %s: %s", cron.cron_id, error.code, error.message)
            else:
                return run.run_id
        async with self.database.write() as session:
            await advance(session)
        return None

    async def _owners_access(self, cron: Cron) -> Access | None:
        """What the cron's owner may see by now; None where nobody is told apart, or a project does it.

        Raises:
            Forbidden: The account may not come in any more.
        """
        if not access.is_account(cron.payload.get("user")):
            return None
        async with self.database.read() as session:
            account = await session.get(Account, cron.owner)
        if account is None or not account.is_active:
            raise Forbidden("Its owner's account is closed.", code="account_closed")
        return acting(account)

    async def _queue(self, cron: Cron) -> None:
        if cron.enabled and cron.next_run_date is not None:
            await self.queue.submit_cron(cron.cron_id, cron.next_run_date)

    async def _checked(self, request: RunRequest) -> str:
        """The assistant's id; raises ServiceError for a request that no run could be created from."""
        if request.webhook:
            await self.webhooks.check(request.webhook)
        return (await self.runs.check(request)).assistant_id

    async def _check_changes(self, cron_id: str, changes: CronChanges) -> None:
        given = changes.get("request", {})
        fixed = given.keys() - (_REQUEST_FIELDS - {"assistant_id", "keep_thread", "owner", "priority"})
        if fixed:
            raise InvalidInput(f"A cron's {', '.join(sorted(fixed))} cannot be changed.", code="fixed_field")
        if given:
            cron = await self.get(cron_id)
            cron.payload = {**cron.payload, **given}
            await self._checked(_request(cron))


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What a fire does."""

    creates_run: bool
    following: datetime | None  #: The cron's next moment.


def _apply(changes: CronChanges, cron: Cron) -> None:
    for name in ("schedule", "enabled", "on_run_completed", "missed"):
        if name in changes:
            setattr(cron, name, changes.get(name))
    if "timezone" in changes:
        cron.timezone = changes["timezone"] or ""
    if "end_time" in changes:
        cron.end_time = _utc(changes["end_time"])
    cron.meta = {**cron.meta, **changes.get("metadata", {})}
    said = {"enabled": changes["enabled"]} if "enabled" in changes else {}
    cron.payload = {**cron.payload, **changes.get("request", {}), **said}


def _is_due(cron: Cron, moment: datetime) -> bool:
    return cron.enabled and cron.next_run_date == moment


def _timetable(cron: Cron) -> Timetable:
    return Timetable(cron.schedule, cron.timezone or "UTC")


def _plan(cron: Cron, due: datetime, at: datetime) -> _Plan:
    timetable = _timetable(cron)
    if at - due <= ON_TIME:
        return _Plan(creates_run=True, following=_within(cron, timetable.after(due)))
    if cron.missed != "all":
        return _Plan(creates_run=cron.missed == "once", following=_within(cron, timetable.after(at)))
    oldest, *_ = timetable.latest(MAX_MADE_UP, until=min(at, cron.end_time or at)) or [due]
    if due < oldest:
        return _Plan(creates_run=False, following=oldest)
    return _Plan(creates_run=True, following=_within(cron, timetable.after(due)))


def _set_next(cron: Cron, at: datetime) -> None:
    """Check a cron's times and set its next moment."""
    following = _within(cron, _timetable(cron).after(at))
    if cron.enabled and following is None:
        raise InvalidInput(
            f"end_time: the schedule {cron.schedule!r} does not fire from now until {cron.end_time}.",
            hint="Give a later end_time, or null for none.",
            code="never_fires",
        )
    cron.next_run_date = following


def _within(cron: Cron, moment: datetime | None) -> datetime | None:
    """The moment, unless the cron has ended by then."""
    is_over = moment is None or (cron.end_time is not None and moment > cron.end_time)
    return None if is_over else moment


def _request(cron: Cron) -> RunRequest:
    payload = {name: value for name, value in cron.payload.items() if name in _REQUEST_FIELDS}
    config = cast("dict[str, Any]", payload["config"])
    configurable = {**config.get("configurable", {}), "cron_id": cron.cron_id}
    ours: dict[str, Any] = {
        "assistant_id": cron.assistant_id,
        "stream_mode": tuple(payload["stream_mode"]),
        "metadata": {**cron.meta, **payload["metadata"], "cron_id": cron.cron_id},
        "config": {**config, "configurable": configurable},
        "keep_thread": cron.thread_id is not None or cron.on_run_completed == "keep",
    }
    return RunRequest(**payload | ours)


def _run_id(cron: Cron, due: datetime) -> str:
    """The one id that the run of this fire can have."""
    return str(uuid5(UUID(cron.cron_id), str(int(due.timestamp()))))


def _utc(moment: datetime | None) -> datetime | None:
    """The same moment in UTC, which is also what a time without a zone is taken for."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
