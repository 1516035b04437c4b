"""Jobs in a thread of this process: for scripts and tests, which need no limits and no way to end them."""

import asyncio
from pathlib import Path

from tools.topics.running.job import Job, StepName, Tell


class InProcess:
    """A Place that ends nothing that it has begun.

    Args:
        models: The folder of embedding models.
    """

    def __init__(self, models: Path | None = None) -> None:
        self._models = models

    async def run(self, job: Job, tell: Tell) -> dict[str, bytes]:
        from tools.topics.running.steps import run_step  # noqa: PLC0415 - seconds, where it is used

        loop = asyncio.get_running_loop()

        def told(done: int, total: int) -> None:
            loop.call_soon_threadsafe(tell, done, total)

        return await asyncio.to_thread(run_step, job, told, self._models)

    def most_cost(self, step: StepName) -> float | None:
        return None
