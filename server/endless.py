"""Tasks that run as long as the process, or a part of it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from tools.cancellation import end

logger = logging.getLogger(__name__)


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None], name: str) -> AsyncGenerator[None]:
    """Do such work for as long as the block runs.

    Args:
        work: Ends by cancellation alone.
        name: What it is, for people to read.
    """
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(report_end)
    try:
        yield
    finally:
        await end(task)


def report_end(task: asyncio.Task[None]) -> None:
    """Say that such a task has ended by an error: nothing would work, and nobody would know why."""
    if not task.cancelled() and (error := task.exception()):
        logger.critical("The %s has stopped; restart the process", task.get_name(), exc_info=error)
