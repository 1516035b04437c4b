"""Signs of life from work that takes long, for whoever has set it an idle time-out.

A tool does not know who watches it. A graph's node binds LangGraph's ``runtime.heartbeat`` around its work;
where nobody did, beats go nowhere.
"""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

_SECONDS = 10.0  # between two beats while something is waited for


def _unheard() -> None:
    """Nobody watches."""


_bound: ContextVar[Callable[[], None]] = ContextVar("heartbeat", default=_unheard)


@contextmanager
def bind(beat: Callable[[], None]) -> Generator[None]:
    """Send the beats of the code inside the with block, and of the tasks that it starts, here."""
    token = _bound.set(beat)
    try:
        yield
    finally:
        _bound.reset(token)


def beat() -> None:
    """Something has got further."""
    _bound.get()()


@contextmanager
def beating(seconds: float | None = None) -> Generator[None]:
    """Beat for as long as the with block waits for something that has a limit of its own, such as a turn."""
    loop = asyncio.get_running_loop()
    pause = _SECONDS if seconds is None else seconds

    def again() -> None:
        nonlocal timer
        beat()
        timer = loop.call_later(pause, again)

    timer = loop.call_later(pause, again)
    try:
        yield
    finally:
        timer.cancel()
