"""Accounts of what runs and users consume, shared by all processes.

Budgets are judged by counters in Redis. Calls hardly wait for them: a process knows what its own calls have
added, and asks Redis once a second for what others added to a user's count. What is booked goes to Redis, and
by node, model and prompt to SQL, within half a second, together with all that was booked meanwhile; a process
that is killed takes that half second with it.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from math import inf
from time import monotonic
from typing import Any, cast

from sqlalchemy.exc import SQLAlchemyError

from server import keys
from server.db.models import Run, now
from server.db.repositories import model_usage
from server.db.session import Database
from server.endless import beside
from server.lua import UNANSWERED, Client
from tools.llm.spending import BUDGET_CURRENCY, CONTEXT_KEY, Account, Budget, Payer, Spent, lowered_by
from tools.llm.usage import CallRecord

logger = logging.getLogger(__name__)

_KEEP = timedelta(days=30)  # after the last call of a run, or of a user's day
_FRESH_SECONDS = 1.0  # for which what other processes added to a user's count may go unseen
_MOST_KNOWN = 10_000
_NANO = 1_000_000_000  # cost is counted in billionths, for sums of fractions would drift
_COST = f"nano-{BUDGET_CURRENCY}"
_GATHER_SECONDS = 0.5  # until what was booked is written, unless somebody waits for it
_MOST_AT_ONCE = 500  # calls in one transaction

_Entry = tuple[Payer, str, CallRecord]


class SharedLedger:
    """A Ledger; open_ledger makes one."""

    def __init__(self, redis: Client, database: Database) -> None:
        self._redis = cast("Any", redis)
        self._database = database
        self._unwritten: asyncio.Queue[_Entry] = asyncio.Queue()
        self._is_awaited = asyncio.Event()
        self._uncounted: list[_Entry] = []  # booked, but not in Redis' counts yet; in the queue's order
        self._counting = asyncio.Lock()
        self._known: dict[str, tuple[Spent, float]] = {}  # by key: what is spent, and when Redis said so

    async def spent(self, payer: Payer) -> tuple[Spent, Spent]:
        """As Ledger has it."""
        by_run = await self._spent(keys.spent_by_run(payer.run), fresh_for=inf)  # one worker has a run
        by_user = await self._spent(keys.spent_by_user(payer.user, _today()), fresh_for=_FRESH_SECONDS)
        return by_run, by_user

    async def book(self, payer: Payer, record: CallRecord) -> None:
        """As Ledger has it."""
        entry = payer, _today(), record
        self._unwritten.put_nowait(entry)
        self._uncounted.append(entry)
        for key in _counted_by(entry):
            if key in self._known:
                spent, since = self._known[key]
                self._known[key] = spent.plus(record.usage), since

    async def close(self, payer: Payer) -> None:
        """A run goes on elsewhere, or no more: wait until all is written, and forget it."""
        await self.flush()
        self._known.pop(keys.spent_by_run(payer.run), None)

    async def flush(self) -> None:
        """Wait until what was booked so far is written."""
        self._is_awaited.set()
        await self._unwritten.join()

    async def write(self) -> None:
        """Bring what is booked into Redis and SQL, for ever."""
        while True:
            entries = [await self._unwritten.get()]
            with suppress(TimeoutError):
                async with asyncio.timeout(_GATHER_SECONDS):
                    await self._is_awaited.wait()
            self._is_awaited.clear()
            while not self._unwritten.empty() and len(entries) < _MOST_AT_ONCE:
                entries.append(self._unwritten.get_nowait())
            try:
                for keep in (self._count, self._write):
                    await self._attempt(keep, entries)
            finally:
                for _ in entries:
                    self._unwritten.task_done()

    async def _attempt(self, keep: Callable[[list[_Entry]], Awaitable[None]], entries: list[_Entry]) -> None:
        """Keep entries in one place; one that fails must not keep them from the other."""
        try:
            await keep(entries)
        except (SQLAlchemyError, *UNANSWERED):
            logger.exception("What %d model calls consumed was not all written down", len(entries))

    async def _spent(self, key: str, *, fresh_for: float) -> Spent:
        known = self._known.get(key)
        if known is not None and monotonic() - known[1] < fresh_for:
            return known[0]
        async with self._counting:  # or what is booked while Redis is asked could be missing, or count twice
            tokens, cost = (int(value or 0) for value in await self._redis.hmget(key, "tokens", _COST))
        spent = Spent(tokens=tokens, cost=cost / _NANO)
        for entry in self._uncounted:
            if key in _counted_by(entry):
                spent = spent.plus(entry[2].usage)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[key] = spent, monotonic()
        return spent

    async def _count(self, entries: list[_Entry]) -> None:
        added: dict[str, Spent] = defaultdict(Spent)
        for entry in entries:
            for key in _counted_by(entry):
                added[key] = added[key].plus(entry[2].usage)
        pipeline = self._redis.pipeline(transaction=False)
        for key, spent in added.items():
            pipeline.hincrby(key, "tokens", spent.tokens)
            pipeline.hincrby(key, _COST, round(spent.cost * _NANO))
            pipeline.expire(key, _KEEP)
        async with self._counting:
            try:
                await pipeline.execute()
            finally:
                del self._uncounted[: len(entries)]

    async def _write(self, entries: list[_Entry]) -> None:
        async with self._database.write() as session:
            await model_usage.book(session, entries)


@asynccontextmanager
async def open_ledger(redis: Client, database: Database) -> AsyncGenerator[SharedLedger]:
    """A ledger whose entries reach SQL for as long as the with block runs, and at its end."""
    ledger = SharedLedger(redis, database)
    async with beside(ledger.write(), "writer of what model calls consume"):
        try:
            yield ledger
        finally:
            await ledger.flush()


class RunAccounts:
    """Opens an account for each run.

    Args:
        run: What a run may consume.
        user: What a user may consume on a day.
    """

    def __init__(self, ledger: SharedLedger, *, run: Budget, user: Budget) -> None:
        self.ledger = ledger
        self._run = run
        self._user = user

    def of(self, run: Run) -> Account:
        """The account of a run, with its own budget if that is lower."""
        return Account(
            payer=Payer(run=run.run_id, user=run.owner),
            ledger=self.ledger,
            run_budget=lowered_by(self._run, run.kwargs["config"]["configurable"]),
            user_budget=self._user,
        )


def own_budget(*contexts: dict[str, Any]) -> dict[str, Any]:
    """The budget that a run's assistant, thread and caller state, as a part of its configurable.

    Raises:
        InvalidInput: One of them is no budget.
    """
    budget = lowered_by(Budget(), *contexts)
    return {} if budget.is_open else {CONTEXT_KEY: budget.model_dump(exclude_none=True)}


def _counted_by(entry: _Entry) -> tuple[str, str]:
    """The keys under which an entry is counted."""
    payer, day, _ = entry
    return keys.spent_by_run(payer.run), keys.spent_by_user(payer.user, day)


def _today() -> str:
    return now().date().isoformat()
