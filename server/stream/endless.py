"""Tasks that run as long as the process."""

import asyncio
import logging

logger = logging.getLogger(__name__)


def report_end(task: asyncio.Task[None]) -> None:
    """Say that such a task has ended by an error: nothing would work, and nobody would know why."""
    if not task.cancelled() and (error := task.exception()):
        logger.critical("The %s has stopped; restart the process", task.get_name(), exc_info=error)


async def end(task: asyncio.Task[None]) -> None:
    """Cancel such a task, as often as it takes: before Python 3.12 asyncio.wait_for, which redis-py calls for
    every command, swallows a cancellation that comes as it returns.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.1)
