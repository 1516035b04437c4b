"""A session's events in Redis, numbered from 1 without gaps, so that any process can tell them again.

The number is the event's place for good: a client that comes back with the last one that it saw misses
nothing and sees nothing twice. Only the process that has taken the session last may write.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server import keys, lua
from tools.errors import Conflict, NotFound

MAX_EVENTS = 50_000  # of one session; a talk of half an hour has fewer
PAGE = 500
BLOCK_MS = 4_000  # below the shortest usual time-out of a socket, 5 s

_CLAIM = lua.load("realtime/claim")
_APPEND = lua.load("realtime/append")
_RELEASE = lua.load("realtime/release")
ALIVE_SECONDS = 20.0  # that a process is taken for alive after it has said so


class SessionLost(Exception):
    """Another process has taken the session."""


@dataclass(frozen=True, slots=True)
class Logged:
    """An event as it lies in the log."""

    sequence: int
    data: bytes  #: JSON.


@dataclass(frozen=True, slots=True)
class Claim:
    """A session, taken."""

    epoch: int
    sequence: int  #: Of its last event; 0: there is none.
    state: bytes | None  #: As the last append left it.


class SessionLogs:
    """The logs of all sessions.

    Args:
        client: A client that returns bytes; its sockets wait longer than 4 s for a reply.
        keep: How long a session outlives its last event.
    """

    def __init__(self, client: lua.Client, *, process: str, keep: timedelta) -> None:
        self._redis = client
        self._process = process
        self._keep = keep // timedelta(milliseconds=1)

    async def claim(self, session_id: str) -> Claim:
        """Take a session, whoever has it."""
        epoch, sequence, state = await _CLAIM.call(
            self._redis, (keys.realtime_session(session_id),), self._process, self._keep
        )
        return Claim(epoch, sequence, state)

    async def release(self, session_id: str, epoch: int) -> None:
        """Say that nobody is at a session here any more."""
        await _RELEASE.call(self._redis, (keys.realtime_session(session_id),), epoch)

    async def stay_alive(self) -> None:
        """Say that this process is there, for ALIVE_SECONDS."""
        redis: Any = self._redis
        await redis.set(keys.realtime_process(self._process), 1, px=round(ALIVE_SECONDS * 1000))

    async def is_elsewhere(self, session_id: str) -> bool:
        """Whether a living process other than this one is at a session."""
        redis: Any = self._redis
        told: bytes | None = await redis.hget(keys.realtime_session(session_id), "process")
        process = told.decode() if told else self._process
        return process != self._process and bool(await redis.exists(keys.realtime_process(process)))

    async def append(
        self, session_id: str, epoch: int, events: Sequence[Logged], *, state: bytes | None
    ) -> None:
        """Write events that follow one another.

        Args:
            state: What who takes the session next has to know; None: as before.

        Raises:
            SessionLost: Another process has the session.
            RedisError: It is not known whether they were written; the same may be appended again.
        """
        places = (keys.realtime_session(session_id), keys.realtime_events(session_id))
        first = events[0].sequence if events else 1
        told = await _APPEND.call(
            self._redis,
            places,
            epoch,
            first,
            self._keep,
            MAX_EVENTS,
            state or b"",
            *(event.data for event in events),
        )
        if not told:
            raise SessionLost(session_id)

    async def holds(self, session_id: str, epoch: int) -> bool:
        """Whether nobody has taken the session since."""
        redis: Any = self._redis
        told = await redis.hget(keys.realtime_session(session_id), "epoch")
        return told is not None and int(told) == epoch

    async def last(self, session_id: str) -> int:
        """The number of a session's last event.

        Raises:
            NotFound: There is no such session, or no more.
        """
        redis: Any = self._redis
        told = await redis.hget(keys.realtime_session(session_id), "sequence")
        if told is None:
            raise NotFound(
                f"session {session_id} is not there, or no more",
                hint="Begin a new one.",
                code="session_not_found",
            )
        return int(told)

    async def read(
        self, session_id: str, after: int, upto: int | None = None
    ) -> AsyncGenerator[list[Logged]]:
        """What came after an event, page by page, as far as it is there.

        Raises:
            Conflict: The log no longer holds what comes next.
        """
        redis: Any = self._redis
        key, end = keys.realtime_events(session_id), "+" if upto is None else f"{upto}-0"
        is_first = True
        while upto is None or after < upto:
            page = _logged(await redis.xrange(key, f"{after + 1}-0", end, count=PAGE))
            if is_first and page and page[0].sequence != after + 1:
                raise trimmed(after, page[0].sequence)
            is_first = False
            if page:
                yield page
                after = page[-1].sequence
            if len(page) < PAGE:
                return

    async def follow(self, session_id: str, after: int) -> AsyncGenerator[list[Logged]]:
        """What came after an event and what will come; an empty page after each time of silence.

        Raises:
            Conflict: As ``read``.
        """
        async for page in self.read(session_id, after):
            yield page
            after = page[-1].sequence
        redis: Any = self._redis
        key = keys.realtime_events(session_id)
        while True:
            reply = await redis.xread({key: f"{after}-0"}, count=PAGE, block=BLOCK_MS)
            page = [event for _, entries in _streams(reply) for event in _logged(entries)]
            yield page
            if page:
                after = page[-1].sequence

    async def forget(self, session_id: str) -> None:
        """Remove a session."""
        redis: Any = self._redis
        await redis.unlink(keys.realtime_session(session_id), keys.realtime_events(session_id))


def trimmed(after: int, first: int) -> Conflict:
    """The failure of whoever asks for events that are gone."""
    return Conflict(
        f"events {after + 1} to {first - 1} of the session are no longer kept",
        hint=f"Go on after {first - 1}, and read the conversation's state from its thread.",
        code="events_trimmed",
    )


def _logged(entries: Any) -> list[Logged]:
    return [Logged(int(name.split(b"-")[0]), fields[b"e"]) for name, fields in entries or ()]


def _streams(reply: Any) -> list[tuple[bytes, Any]]:
    """The reply of XREAD: RESP3 has a map of lists of pages, RESP2 a list of pairs, and nothing is None."""
    if not reply:
        return []
    if isinstance(reply, dict):
        found: dict[bytes, Any] = reply  # pyright: ignore[reportUnknownVariableType] - redis-py's own form
        return [(key, [entry for page in pages for entry in page]) for key, pages in found.items()]
    return [(key, entries) for key, entries in reply]
