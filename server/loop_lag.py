"""How late the event loop is: what blocks it keeps every run, stream and heartbeat of the process waiting."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from server import metrics
from server.endless import beside

EVERY_SECONDS = 0.5  # often enough to meet what blocks for as long as a user notices


@asynccontextmanager
async def measured() -> AsyncGenerator[None]:
    """Measure it for as long as the with block runs."""
    async with beside(_measure(), "measuring of the event loop"):
        yield


async def _measure() -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EVERY_SECONDS
        await asyncio.sleep(EVERY_SECONDS)
        metrics.loop_lagged(loop.time() - due)
