# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# redis-py's commands are typed for both of its clients at once.
"""The event log of every run: one Redis stream, written by its worker and followed by any number of readers.

An event's id is its entry's id in the stream, so ids only ever grow, and a reader that comes back with the
last id it saw misses nothing and sees nothing twice.
"""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from redis.asyncio import Redis

from server import keys

FROM_START = "0"
_END = b"end"  # field of the entry that closes a stream
_NAME = b"e"
_DATA = b"d"
_PAGE = 200  # entries that one read returns at most


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent:
    """One event of a run."""

    id: str  #: ``<milliseconds>-<sequence>``, strictly increasing within a run.
    name: str  #: Stream mode, with the subgraph's namespace after ``|``.
    data: bytes  #: JSON.


class EventBroker:
    """Writes and follows event logs.

    Args:
        client: A client that returns bytes, with room for a connection per follower.
        keep: How long a finished log can still be read.
    """

    def __init__(self, client: Redis, *, keep: timedelta) -> None:
        self._redis = client
        self._keep = keep

    async def publish(self, run_id: str, name: str, data: bytes) -> None:
        """Append an event."""
        await self._redis.xadd(keys.run_events(run_id), {_NAME: name.encode(), _DATA: data})

    async def end(self, run_id: str) -> None:
        """Close a log: followers stop after its last event, and it expires in time. Safe to repeat."""
        key = keys.run_events(run_id)
        _, is_closed = await self._newest(key)
        if not is_closed:
            await self._redis.xadd(key, {_END: b"1"})
        await self._redis.expire(key, self._keep)

    async def follow(
        self, run_id: str, *, after: str | None, idle_seconds: float
    ) -> AsyncGenerator[StreamEvent | None]:
        """A run's events in order, until the log is closed.

        Args:
            after: The id of the last event already seen, FROM_START for all, or None for those to come.
            idle_seconds: After this long without an event a None is yielded, so that the caller can look
                whether anybody is still listening or writing.
        """
        key = keys.run_events(run_id)
        cursor = after
        if cursor is None:
            cursor, is_closed = await self._newest(key)
            if is_closed:
                return
        while True:
            answer = await self._redis.xread({key: cursor}, count=_PAGE, block=int(idle_seconds * 1000))
            if not answer:
                yield None
                continue
            for entry_id, fields in _entries(answer):
                if _END in fields:
                    return
                cursor = entry_id.decode()
                yield _event(entry_id, fields)

    async def newest(self, run_id: str, is_wanted: Callable[[StreamEvent], bool]) -> StreamEvent | None:
        """The latest event that is wanted, or None."""
        key, upper = keys.run_events(run_id), b"+"
        while page := cast("list[Any]", await self._redis.xrevrange(key, max=upper, count=_PAGE)):
            for entry_id, fields in page:
                if _END not in fields and is_wanted(event := _event(entry_id, fields)):
                    return event
            upper = b"(" + page[-1][0]
        return None

    async def exists(self, run_id: str) -> bool:
        """Whether anything of this run's log is there."""
        return bool(await self._redis.exists(keys.run_events(run_id)))

    async def delete(self, run_id: str) -> None:
        """Forget a run's events."""
        await self._redis.unlink(keys.run_events(run_id))

    async def _newest(self, key: str) -> tuple[str, bool]:
        """The id of a log's last entry, FROM_START without any, and whether it closes the log."""
        last = cast("list[Any]", await self._redis.xrevrange(key, count=1))
        return (last[0][0].decode(), _END in last[0][1]) if last else (FROM_START, False)


def _event(entry_id: bytes, fields: dict[bytes, bytes]) -> StreamEvent:
    return StreamEvent(id=entry_id.decode(), name=fields[_NAME].decode(), data=fields[_DATA])


def _entries(answer: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """The entries of an XREAD of one stream; RESP3 answers with a map, RESP2 with a list."""
    if isinstance(answer, dict):
        (pages,) = cast("dict[bytes, Any]", answer).values()
        return [entry for page in pages for entry in page]
    return answer[0][1]
