"""Jobs in a thread of this process: for scripts and tests, which need no limits and no way to end them."""

import asyncio

from tools.topics.running.job import Job, Tell


class InProcess:
    """A Place that ends nothing that it has begun."""

    async def run(self, job: Job, tell: Tell) -> dict[str, bytes]:
        from tools.topics.running.steps import run_step  # noqa: PLC0415 - seconds, where it is used

        loop = asyncio.get_running_loop()

        def told(done: int, total: int) -> None:
            loop.call_soon_threadsafe(tell, done, total)

        return await asyncio.to_thread(run_step, job, told)
