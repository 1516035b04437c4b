"""What has to follow even when nobody waits for it any more."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


async def completed(work: Coroutine[Any, Any, T]) -> T:
    """The result of work that a cancellation does not stop: it is raised once the work is done."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    finally:
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:  # asked again: the first one is raised all the same
                continue


@asynccontextmanager
async def opened(opening: Callable[[], AbstractContextManager[T]]) -> AsyncGenerator[T]:
    """What opening gives, such as a file, for as long as the with block runs.

    It is opened in a thread, which no cancellation stops: what it then opens is closed all the same.
    """
    with ExitStack() as stack:
        yield await completed(asyncio.to_thread(lambda: stack.enter_context(opening())))


async def end(task: asyncio.Future[Any], *, again_after: float = 0.1) -> None:
    """Cancel a task, as often as it takes, and wait for its end; nobody wants to know of its failure.

    Before Python 3.12 asyncio.wait_for, through which redis-py sends every command, swallows a cancellation
    that comes as it returns.

    Args:
        task: What is to end.
        again_after: Seconds that it gets to end well, which another cancellation would cut short.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=again_after)
    if not task.cancelled():
        task.exception()
