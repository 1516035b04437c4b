"""Accounts of what runs and users consume, shared by all processes.

Budgets are judged by counters in Redis, which every call asks and raises. What is kept, by node, model and
prompt, goes to SQL right after, in one transaction for all calls that wait for it.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, cast

from sqlalchemy.exc import SQLAlchemyError

from server import keys
from server.db.models import Run, now
from server.db.repositories import model_usage
from server.db.session import Database
from server.lua import Client
from tools.llm.spending import BUDGET_CURRENCY, CONTEXT_KEY, Account, Budget, Payer, Spent, lowered_by
from tools.llm.usage import CallRecord

logger = logging.getLogger(__name__)

_KEEP_RUN = timedelta(days=30)
_KEEP_DAY = timedelta(days=2)
_NANO = 1_000_000_000  # cost is counted in billionths, for sums of fractions would drift
_COST = f"nano-{BUDGET_CURRENCY}"
_MOST_AT_ONCE = 500  # calls in one transaction

_Entry = tuple[Payer, str, CallRecord]


class SharedLedger:
    """A Ledger; open_ledger makes one."""

    def __init__(self, redis: Client, database: Database) -> None:
        self._redis = cast("Any", redis)
        self._database = database
        self._unwritten: asyncio.Queue[_Entry] = asyncio.Queue()

    async def spent(self, payer: Payer) -> tuple[Spent, Spent]:
        """As Ledger has it."""
        names = keys.spent_by_run(payer.run), keys.spent_by_user(payer.user, _today())
        by_run, by_user = await asyncio.gather(*[self._redis.hmget(name, "tokens", _COST) for name in names])
        return _spent(by_run), _spent(by_user)

    async def book(self, payer: Payer, record: CallRecord) -> None:
        """As Ledger has it."""
        day, usage = _today(), record.usage
        self._unwritten.put_nowait((payer, day, record))
        if usage.is_free:
            return
        cost = usage.cost if usage.currency == BUDGET_CURRENCY else None
        await asyncio.gather(
            self._count(keys.spent_by_run(payer.run), usage.tokens, cost, _KEEP_RUN),
            self._count(keys.spent_by_user(payer.user, day), usage.tokens, cost, _KEEP_DAY),
        )

    async def flush(self) -> None:
        """Wait until what was booked so far is in SQL."""
        await self._unwritten.join()

    async def write(self) -> None:
        """Bring what is booked into SQL, for ever."""
        while True:
            entries = [await self._unwritten.get()]
            while not self._unwritten.empty() and len(entries) < _MOST_AT_ONCE:
                entries.append(self._unwritten.get_nowait())
            try:
                await self._write(entries)
            except SQLAlchemyError:
                logger.exception("What %d model calls consumed was not written down", len(entries))
            finally:
                for _ in entries:
                    self._unwritten.task_done()

    async def _count(self, key: str, tokens: int, cost: float | None, keep: timedelta) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.hincrby(key, "tokens", tokens)
        if cost is not None:
            pipeline.hincrby(key, _COST, round(cost * _NANO))
        pipeline.expire(key, keep)
        await pipeline.execute()

    async def _write(self, entries: list[_Entry]) -> None:
        async with self._database.write() as session:
            for payer, day, record in entries:
                await model_usage.book(session, run_id=payer.run, owner=payer.user, day=day, record=record)


@asynccontextmanager
async def open_ledger(redis: Client, database: Database) -> AsyncGenerator[SharedLedger]:
    """A ledger whose entries reach SQL for as long as the with block runs, and at its end."""
    ledger = SharedLedger(redis, database)
    writing = asyncio.create_task(ledger.write())
    try:
        yield ledger
        await ledger.flush()
    finally:
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing


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


def _today() -> str:
    return now().date().isoformat()


def _spent(values: list[bytes | None]) -> Spent:
    tokens, cost = (int(value or 0) for value in values)
    return Spent(tokens=tokens, cost=cost / _NANO)
