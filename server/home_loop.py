"""Calling what lives on one event loop from other threads, as LangGraph's blocking methods do."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class HomeLoop:
    """The event loop that its maker runs on; a maker outside any loop has none, and every call is refused."""

    def __init__(self, *, instead: str) -> None:
        """
        Args:
            instead: What a caller on this very loop should use, for the refusal's message.
        """
        self._loop = _running_loop()
        self._instead = instead

    def wait_for(self, call: Coroutine[Any, Any, T]) -> T:
        """Wait, in another thread, for what the loop does.

        Raises:
            RuntimeError: if called on the loop itself, which would wait for ever, or without one.
        """
        if self._loop is None or _running_loop() is self._loop:
            call.close()
            raise RuntimeError(f"This would block the event loop that it waits for: use {self._instead}.")
        return asyncio.run_coroutine_threadsafe(call, self._loop).result()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
