# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# redis-py's commands are typed for both of its clients at once.
"""What event logs hold already, read in pages over a few connections that all readers share."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

from server import lua
from server.stream.entry import Position, event_id

PAGE = 64  # entries that one command returns at most
READERS = 16  # commands under way at once; many clients that come back together wait for each other

Raw = tuple[bytes, dict[bytes, bytes]]  # an entry's id and fields


class StoredLogs:
    """Reads logs by their keys."""

    def __init__(self, client: lua.Client) -> None:
        self._redis = client
        self._turns = asyncio.Semaphore(READERS)

    async def page(self, key: str, after: Position) -> list[Raw]:
        """The next entries after a position; fewer than PAGE are the last for now."""
        async with self._turns:
            found = await self._redis.xrange(key, min=f"({event_id(after)}", count=PAGE)
        return cast("list[Raw]", found)

    async def backwards(self, key: str, before: str = "+") -> AsyncGenerator[Raw]:
        """Entries from the newest to the oldest.

        Args:
            before: The greatest id to begin with.
        """
        while True:
            async with self._turns:
                page = cast("list[Raw]", await self._redis.xrevrange(key, max=before, count=PAGE))
            for raw in page:
                yield raw
            if len(page) < PAGE:
                return
            before = f"({page[-1][0].decode()}"

    async def newest(self, key: str, upto: str = "+") -> Raw | None:
        """The last entry, or the last one up to an id."""
        async with self._turns:
            page = cast("list[Raw]", await self._redis.xrevrange(key, max=upto, count=1))
        return page[0] if page else None

    async def exists(self, key: str) -> bool:
        """Whether there is anything."""
        async with self._turns:
            found: Any = await self._redis.exists(key)
        return bool(found)
