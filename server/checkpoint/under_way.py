"""Writes that were asked for and are not stored yet."""

import asyncio
from collections.abc import Coroutine
from types import CoroutineType
from typing import Any
from weakref import finalize


class UnderWay:
    """Counts a saver's writes from the moment on when they are asked for. Belongs to one event loop."""

    def __init__(self) -> None:
        self._writes: set[asyncio.Future[None]] = set()

    def track(self, write: Coroutine[Any, Any, None]) -> "CoroutineType[Any, Any, None]":
        """The write, to be awaited by whoever asked for it."""
        done = asyncio.get_running_loop().create_future()
        self._writes.add(done)

        async def tracked() -> None:
            try:
                await write
            finally:
                ended()

        def ended() -> None:
            write.close()  # else it would be missed, where nobody has begun it
            self._writes.discard(done)
            if not done.done():
                done.set_result(None)

        tracking = tracked()
        # A task that is cancelled before its first turn never begins it.
        finalize(tracking, ended).atexit = False
        return tracking

    async def settled(self) -> None:
        """Wait until all writes so far have ended; one that failed tells whoever asked for it."""
        if self._writes:
            await asyncio.wait(set(self._writes))
