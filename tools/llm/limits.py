"""How many calls may be made: at once, and in any stretch of a minute.

A call waits for its turn. In one process the calls of a model go in the order in which they came; of each
process the first one stands in a queue that all processes share, so that these take turns.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from time import monotonic
from typing import Protocol
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from tools.heartbeat import beating

_SHORTEST_NAP = 0.01
_LONGEST_NAP = 1.0  # seconds between two questions whether it is one's turn


class Limit(BaseModel):
    """One entry of models.yaml: what a provider allows for a model, or for all of a pattern together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: str  #: "provider:model"; * stands for anything.
    requests: int | None = Field(default=None, ge=1)  #: In any window of ``seconds``.
    tokens: int | None = Field(default=None, ge=1)  #: Read and written, in any window.
    seconds: float = Field(default=60, gt=0)
    concurrent: int | None = Field(default=None, ge=1)  #: Calls under way at once.

    @cached_property
    def key(self) -> str:
        """The same for the same limit in every process."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


@dataclass(slots=True, kw_only=True)
class Ticket:
    """One request that waits for its turn, or has it."""

    model: str  #: "provider:model".
    limits: tuple[Limit, ...]
    tokens: int  #: Expected; set it to the provider's count before the turn ends.
    id: str = field(default_factory=lambda: uuid4().hex)
    arrived_at: float | None = None  #: By the monotonic clock: when its answer began.

    @property
    def seconds_since_arrival(self) -> float:
        """For how long the request is known to have reached the provider; 0 while nobody has told."""
        return 0.0 if self.arrived_at is None else monotonic() - self.arrived_at


_under_way: ContextVar[Ticket | None] = ContextVar("under_way", default=None)


def arrived() -> None:
    """The first of the answer is there, so the request has reached the provider.

    From then on it counts for the length of a window. Without a word it counts from the end of the call on.
    """
    ticket = _under_way.get()
    if ticket is not None and ticket.arrived_at is None:
        ticket.arrived_at = monotonic()


class Counters(Protocol):
    """Where calls are counted: in this process, or for all of them."""

    async def admit(self, ticket: Ticket) -> float:
        """Seconds to wait before asking again; 0: it is this ticket's turn, and it counts."""
        ...

    def release(self, ticket: Ticket) -> None:
        """End a ticket's turn or its wait, with the tokens that it took; a cancelled call does so, too."""
        ...


class Turns:
    """Gives calls their turns. Belongs to one event loop."""

    def __init__(self, counters: Counters, limits: Sequence[Limit] = ()) -> None:
        self._counters = counters
        self._limits = limits
        self._queues: dict[str, asyncio.Lock] = {}  # a lock lets its waiters in one after the other
        self._freed = asyncio.Event()

    def counts_tokens(self, model: str) -> bool:
        """Whether a limit on tokens is set for this model."""
        return any(limit.tokens is not None and fnmatch(model, limit.models) for limit in self._limits)

    @asynccontextmanager
    async def turn(self, model: str, tokens: int) -> AsyncGenerator[Ticket]:
        """Wait for a turn, which lasts as long as the with block; waiting is a sign of life.

        Args:
            model: "provider:model".
            tokens: How many the call is expected to take, both ways.
        """
        limits = tuple(limit for limit in self._limits if fnmatch(model, limit.models))
        ticket = Ticket(model=model, limits=limits, tokens=tokens)
        try:
            with beating():
                async with self._queues.setdefault(model, asyncio.Lock()):
                    await self._wait(ticket)
            token = _under_way.set(ticket)
            try:
                yield ticket
            finally:
                _under_way.reset(token)
        finally:
            self._release(ticket)

    async def _wait(self, ticket: Ticket) -> None:
        while (pause := await self._counters.admit(ticket)) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(pause, _LONGEST_NAP)):
                    await self._freed.wait()

    def _release(self, ticket: Ticket) -> None:
        self._counters.release(ticket)
        freed, self._freed = self._freed, asyncio.Event()
        freed.set()


@dataclass(slots=True)
class _Window:
    """The requests of one limit's window, and those under way, which may reach the provider at any moment."""

    entries: dict[str, tuple[float, int]] = field(default_factory=dict[str, tuple[float, int]])
    running: set[str] = field(default_factory=set[str])


class LocalCounters:
    """Counts the calls of this process alone.

    Args:
        most: Calls under way at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way: set[str] = set()
        self._ready: dict[str, None] = {}  # in order: tickets that lack nothing but a slot
        self._windows: dict[str, _Window] = {}  # by the limit's key

    async def admit(self, ticket: Ticket) -> float:
        """As Counters has it."""
        windows = [(limit, self._windows.setdefault(limit.key, _Window())) for limit in ticket.limits]
        pause = max((_pause(limit, window, ticket.tokens) for limit, window in windows), default=0.0)
        if pause > 0:
            self._ready.pop(ticket.id, None)
            return pause
        self._ready.setdefault(ticket.id)
        if list(self._ready).index(ticket.id) >= self._most - len(self._under_way):
            return _LONGEST_NAP  # a release wakes it
        del self._ready[ticket.id]
        self._under_way.add(ticket.id)
        for limit, window in windows:
            window.entries[ticket.id] = monotonic(), _reserved(limit, ticket.tokens)
            window.running.add(ticket.id)
        return 0.0

    def release(self, ticket: Ticket) -> None:
        """As Counters has it."""
        self._ready.pop(ticket.id, None)
        self._under_way.discard(ticket.id)
        for limit in ticket.limits:
            window = self._windows.get(limit.key, _Window())
            window.running.discard(ticket.id)
            if window.entries.pop(ticket.id, None) is not None:
                window.entries[ticket.id] = monotonic() - ticket.seconds_since_arrival, ticket.tokens


def _reserved(limit: Limit, tokens: int) -> int:
    """A call that needs more than the limit goes when nothing else has been asked."""
    return tokens if limit.tokens is None else min(tokens, limit.tokens)


def _pause(limit: Limit, window: _Window, tokens: int) -> float:
    """Seconds until the limit lets such a request pass, as far as is known now."""
    now = monotonic()
    window.entries = {
        key: entry
        for key, entry in window.entries.items()
        if key in window.running or entry[0] > now - limit.seconds
    }
    if limit.concurrent is not None and len(window.running) >= limit.concurrent:
        return _LONGEST_NAP
    entries = sorted(window.entries.values())
    too_many = len(entries) - limit.requests + 1 if limit.requests is not None else 0
    spent = sum(taken for _, taken in entries) + _reserved(limit, tokens)
    pause = 0.0
    for number, (at, taken) in enumerate(entries):
        if number >= too_many and (limit.tokens is None or spent <= limit.tokens):
            break
        spent -= taken
        pause = max(
            pause, at + limit.seconds - now, _SHORTEST_NAP
        )  # one under way may be older than the window
    return pause
