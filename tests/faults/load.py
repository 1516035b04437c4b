"""The runs that are begun, spread over the time of the faults."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

PAUSES = (0.2, 0.5, 1.0, 1.8)  # seconds that each of a run's six nodes takes
PATIENCE = 45.0  # seconds: a frozen worker may hold SQLite's only write lock


@dataclass(frozen=True)
class Begun:
    """A run that was accepted."""

    thread_id: str
    run_id: str
    diary: Path


@dataclass
class Load:
    """Begins runs at whichever API answers."""

    urls: Sequence[str]
    diaries: Path
    seed: int
    begun: "asyncio.Queue[Begun | None]" = field(default_factory=lambda: asyncio.Queue[Begun | None]())
    runs: list[Begun] = field(default_factory=list[Begun])
    refused: int = 0  #: Answers that said no, for Redis was away.
    unsure: int = 0  #: Threads given up because nobody knows whether their run was accepted.

    async def begin(self, count: int, seconds: float) -> None:
        """Begin so many runs, evenly over the time; None in the queue says that these were all."""
        chance = random.Random(self.seed)  # noqa: S311 - repeatable, guards nothing
        start = asyncio.get_running_loop().time()
        async with httpx.AsyncClient(timeout=PATIENCE) as client, asyncio.TaskGroup() as group:
            for number in range(count):
                due = start + seconds * number / count
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
                asked = random.Random(chance.random())  # noqa: S311 - as above
                durability = ("sync", "async")[number % 2]
                group.create_task(self._one(client, asked, asked.choice(PAUSES), durability))
        await self.begun.put(None)

    async def begin_one(self, *, pause: float) -> Begun:
        """Begin a single run."""
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            return await self._one(client, random.Random(pause), pause, "sync")  # noqa: S311 - as above

    async def _one(
        self, client: httpx.AsyncClient, chance: random.Random, pause: float, durability: str
    ) -> Begun:
        """Begin one run, however often it takes."""
        while True:
            url, thread = chance.choice(self.urls), str(UUID(int=chance.getrandbits(128), version=4))
            diary = self.diaries / thread
            body: dict[str, Any] = {
                "assistant_id": "steps",
                "input": {"diary": str(diary), "pause": pause, "stamped": True},
                "stream_mode": ["updates", "custom"],
                "durability": durability,
                "if_not_exists": "create",
            }
            try:
                answer = await client.post(f"{url}/threads/{thread}/runs", json=body)
                answer.raise_for_status()
            except httpx.ConnectError:
                await asyncio.sleep(0.3)
            except httpx.HTTPStatusError:  # 503: Redis is away, and nothing was accepted
                self.refused += 1
                await asyncio.sleep(0.3)
            except httpx.HTTPError:
                # It may have been accepted: then it is judged by its end alone, like every run.
                self.unsure += 1
                await asyncio.sleep(0.3)
            else:
                run = Begun(thread, answer.json()["run_id"], diary)
                self.runs.append(run)
                await self.begun.put(run)
                return run
