"""What has to follow even when nobody waits for it any more."""

import asyncio
from collections.abc import Coroutine
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
