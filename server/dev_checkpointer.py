"""The checkpointer of ``langgraph dev``, which `langgraph.json` names.

It keeps threads in the Redis of the settings, or in an embedded one with a folder of its own, so that trying
a graph out never touches the service's data.
"""

import asyncio
import functools
import logging
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver

from configs.settings import load_settings
from server.checkpoint import AsyncRedisSaver
from server.embedded_redis import EmbeddedRedisError, embedded_redis, find_server

logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_checkpointer() -> AsyncGenerator[BaseCheckpointSaver[str]]:
    """The checkpointer of one event loop; ``langgraph dev`` opens one in each thread that has a loop.

    Yields:
        A saver on REDIS_URL, else on an embedded Redis, else one in this process's memory.

    Raises:
        EmbeddedRedisError: The embedded Redis does not come up.
        UnsuitableServer: The Redis is older than 6.2.
    """
    settings = await asyncio.to_thread(load_settings)  # it reads files, which langgraph refuses in its loop
    if settings.redis_url is None and (missing := await asyncio.to_thread(_missing_server)):
        logger.warning("%s Until then, threads live only as long as this process.", missing)
        yield _in_memory()
        return
    async with (
        _redis_url(settings.redis_url, settings.data_dir) as url,
        AsyncRedisSaver.from_conn_string(url) as saver,
    ):
        yield saver


@asynccontextmanager
async def _redis_url(given: str | None, data_dir: Path) -> AsyncGenerator[str]:
    if given is not None:
        yield given
        return
    loop = asyncio.get_running_loop()
    # The embedded server ends with the thread that started it, so it has one for itself.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="redis") as thread:
        stack = ExitStack()
        server = embedded_redis(data_dir / "langgraph-dev")
        url = await loop.run_in_executor(thread, stack.enter_context, server)
        try:
            yield url
        finally:
            await loop.run_in_executor(thread, stack.close)


def _missing_server() -> str | None:
    """What to do about it, when this machine has no Redis server."""
    try:
        find_server()
    except EmbeddedRedisError as error:
        return str(error)
    return None


@functools.cache
def _in_memory() -> InMemorySaver:
    """One for all threads of the process."""
    return InMemorySaver()
