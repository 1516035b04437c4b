"""Requests that leave at once.

Before Python 3.12 aiohttp writes a request in a task of its own, which waits behind all that is ready to run
just then: milliseconds, where many answers are being looked at. From 3.12 on it starts the task where it
stands (``eager_start``), as is done here.
"""

import sys
from collections.abc import Generator
from types import CoroutineType
from typing import Any

import aiohttp


class EagerRequest(aiohttp.ClientRequest):
    """Writes what the connection takes before anything else runs."""

    if sys.version_info < (3, 12):

        def write_bytes(self, *arguments: Any, **named: Any) -> "CoroutineType[Any, Any, None]":
            """As aiohttp has it, but begun."""
            return begun(super().write_bytes(*arguments, **named))


def begun(work: "CoroutineType[Any, Any, None]") -> "CoroutineType[Any, Any, None]":
    """Run a coroutine to where it first waits; what comes back is the rest of it."""
    try:
        waits_for = work.send(None)
    except StopIteration:
        return _nothing()
    return _rest(work, waits_for)


async def _nothing() -> None:
    pass


async def _rest(work: "CoroutineType[Any, Any, None]", waits_for: object) -> None:
    await _Rest(work, waits_for)


class _Rest:
    """A coroutine that waits already: ``await`` would begin by asking it what for."""

    def __init__(self, work: "CoroutineType[Any, Any, None]", waits_for: object) -> None:
        self._work = work
        self._waits_for = waits_for

    def __await__(self) -> Generator[object]:
        waits_for = self._waits_for
        try:
            while True:
                try:
                    given = yield waits_for
                except BaseException as error:  # noqa: BLE001 - it is the coroutine's to handle
                    waits_for = self._work.throw(error)
                else:
                    waits_for = self._work.send(given)
        except StopIteration:
            return
