"""Counts the model calls of all processes, in Redis."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from server import keys, lua
from server.endless import beside
from server.lua import UNANSWERED, Client
from tools.llm.limits import Ticket

logger = logging.getLogger(__name__)

LEASE_SECONDS = 15.0  # after which the slots of a killed process are free
PATIENCE_SECONDS = 3.0  # with a waiting process that does not ask

_CLOCK_MS = 2  # that a time in whole milliseconds may be off

_ADMIT = lua.load("models/admit")
_RELEASE = lua.load("models/release")
_RENEW = lua.load("models/renew")


class SharedCounters:
    """Counters that all processes share; open_counters makes one."""

    def __init__(self, redis: Client, most: int, *, lease_seconds: float = LEASE_SECONDS) -> None:
        self._redis = redis
        self._most = most
        self._lease_ms = round(lease_seconds * 1000)
        self._held: dict[str, Ticket] = {}
        self._releasing: set[asyncio.Task[None]] = set()

    async def admit(self, ticket: Ticket) -> float:
        """As Counters has it."""
        arguments: list[str | int] = [
            ticket.id,
            ticket.tokens,
            self._most,
            self._lease_ms,
            round(PATIENCE_SECONDS * 1000),
        ]
        for limit in ticket.limits:
            window = round(limit.seconds * 1000) + _CLOCK_MS
            arguments += [limit.requests or 0, limit.tokens or 0, limit.concurrent or 0, window]
        counted = [key for limit in ticket.limits for key in keys.model_limit(limit.key)]
        names = [*keys.MODEL_TURNS[:2], keys.model_queue(ticket.model), *keys.MODEL_TURNS[2:], *counted]
        pause = int(await _ADMIT.call(self._redis, names, *arguments))
        if pause == 0:
            self._held[ticket.id] = ticket
        return pause / 1000

    def release(self, ticket: Ticket) -> None:
        """As Counters has it; what cannot be given back ends with its lease."""
        self._held.pop(ticket.id, None)
        releasing = asyncio.create_task(self._release(ticket))
        self._releasing.add(releasing)
        releasing.add_done_callback(self._releasing.discard)

    async def released(self) -> None:
        """Wait until all turns that have ended are given back."""
        if self._releasing:
            await asyncio.wait(self._releasing)

    async def _release(self, ticket: Ticket) -> None:
        counted = [key for limit in ticket.limits for key in keys.model_limit(limit.key)]
        names = [*keys.MODEL_TURNS[:2], keys.model_queue(ticket.model), keys.MODEL_TURNS[2], *counted]
        try:
            since = round(ticket.seconds_since_arrival * 1000)
            await _RELEASE.call(self._redis, names, ticket.id, ticket.tokens, since)
        except UNANSWERED as error:
            logger.warning("A model call's turn was not given back: %s", error)

    async def renew(self) -> None:
        """Prolong what this process holds."""
        if not self._held:
            return
        running = {keys.model_limit(each.key)[2] for ticket in self._held.values() for each in ticket.limits}
        leases = [keys.MODEL_TURNS[0], *running]
        await _RENEW.call(self._redis, leases, self._lease_ms, *self._held)


@asynccontextmanager
async def open_counters(
    redis: Client, most: int, *, lease_seconds: float = LEASE_SECONDS
) -> AsyncGenerator[SharedCounters]:
    """Counters whose leases are prolonged for as long as the with block runs.

    Args:
        most: Calls under way at once, of all processes together.
        lease_seconds: How long a slot outlives its process.
    """
    counters = SharedCounters(redis, most, lease_seconds=lease_seconds)

    async def renew() -> None:
        while True:
            await asyncio.sleep(lease_seconds / 3)
            try:
                await counters.renew()
            except UNANSWERED as error:
                logger.warning("Leases of model calls were not prolonged: %s", error)

    async with beside(renew(), "renewal of model calls' leases"):
        try:
            yield counters
        finally:
            await counters.released()
