"""When what a run's tasks have come to is stored, so that a lost worker's successor does not do it again.

LangGraph hands a task's result on while it is being stored. A node that is about to pay for the next step
waits here until the last one cannot be lost. Where nobody keeps results there is nothing to wait for.
"""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar


async def _at_once() -> None:
    """Nothing is kept."""


_bound: ContextVar[Callable[[], Awaitable[None]]] = ContextVar("settled", default=_at_once)


@contextmanager
def bind(settled: Callable[[], Awaitable[None]]) -> Generator[None]:
    """Let the graphs inside the with block wait for this, which ends when all that was written is stored."""
    token = _bound.set(settled)
    try:
        yield
    finally:
        _bound.reset(token)


async def settled() -> None:
    """Wait until all results of this run's tasks so far are stored; a failure to store them ends the run."""
    await _bound.get()()
