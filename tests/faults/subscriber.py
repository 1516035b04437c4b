"""Followers of runs, cut at random, who come back at either API with the last id that they have seen."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import orjson

from tests.faults.load import Begun

SILENCE = 16.0  # seconds without a byte: three heartbeats missed
CUTS = (0.3, 6.0)  # seconds that a connection lasts, at least and at most
COME_BACK = 0.2  # seconds until the next attempt
ENDED = ("success", "error", "timeout", "interrupted")


@dataclass(frozen=True)
class Event:
    """One event as it came over the wire."""

    id: str
    name: str
    data: bytes

    @property
    def position(self) -> tuple[int, int]:
        milliseconds, _, sequence = self.id.partition("-")
        return int(milliseconds), int(sequence)


@dataclass
class Followed:
    """All that a subscriber has got of one run."""

    run: Begun
    events: list[Event] = field(default_factory=list[Event])
    connections: int = 0
    apis: set[str] = field(default_factory=set[str])


@dataclass
class Subscribers:
    """A number of them; each follows one run after the other."""

    urls: Sequence[str]
    seed: int
    followed: list[Followed] = field(default_factory=list[Followed])

    async def follow(self, runs: "asyncio.Queue[Begun | None]", count: int) -> None:
        """Follow the runs in the queue until its end, so many at a time."""
        await asyncio.gather(*(self._one_after_the_other(runs, number) for number in range(count)))

    async def _one_after_the_other(self, runs: "asyncio.Queue[Begun | None]", number: int) -> None:
        chance = random.Random(self.seed * 1000 + number)  # noqa: S311 - repeatable, guards nothing
        async with httpx.AsyncClient(timeout=httpx.Timeout(20, read=SILENCE)) as client:
            while (run := await runs.get()) is not None:
                followed = Followed(run)
                self.followed.append(followed)
                while not await self._is_over(client, followed, chance):  # noqa: ASYNC110 - it asks a server
                    await asyncio.sleep(COME_BACK)
        await runs.put(None)  # for the next subscriber

    async def _is_over(self, client: httpx.AsyncClient, followed: Followed, chance: random.Random) -> bool:
        """Connect once; True when the stream has ended and so has the run."""
        url, known = chance.choice(self.urls), len(followed.events)
        after = followed.events[-1].id if followed.events else "0"
        with suppress(httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(chance.uniform(*CUTS)):
                async for event in events(client, url, followed.run, after):
                    followed.connections += len(followed.events) == known
                    followed.apis.add(url)
                    followed.events.append(event)
            status = await client.get(f"{url}/threads/{followed.run.thread_id}/runs/{followed.run.run_id}")
            return len(followed.events) == known and status.json()["status"] in ENDED
        return False


async def events(client: httpx.AsyncClient, url: str, run: Begun, after: str) -> AsyncIterator[Event]:
    """A run's events after an id, until the server ends the stream.

    Raises:
        httpx.HTTPError: The connection broke.
    """
    place = f"{url}/threads/{run.thread_id}/runs/{run.run_id}/stream"
    async with client.stream("GET", place, headers={"Last-Event-ID": after}) as response:
        response.raise_for_status()
        rest = b""
        async for chunk in response.aiter_bytes():
            *frames, rest = (rest + chunk).split(b"\r\n\r\n")
            for frame in frames:
                if (event := _event(frame)) is not None:
                    yield event


def _event(frame: bytes) -> Event | None:
    lines = [line for line in frame.split(b"\r\n") if line and not line.startswith(b":")]
    if not lines:
        return None
    parts = dict(line.split(b": ", 1) for line in lines)
    return Event(parts[b"id"].decode(), parts[b"event"].decode(), parts[b"data"])


def valid_updates(followed: Sequence[Event]) -> list[str]:
    """The nodes that a client knows to have run, when it drops what a reset voids."""
    seen: list[tuple[tuple[int, int], str]] = []
    for event in followed:
        if event.name == "reset":
            keep = orjson.loads(event.data)["keep"]
            bound = Event(keep, "", b"").position if keep else (0, 0)
            seen = [(at, node) for at, node in seen if at <= bound]
        elif event.name == "updates":
            # LangGraph adds __metadata__ when a node's result was stored before its step was.
            nodes = [node for node in orjson.loads(event.data) if node != "__metadata__"]
            seen += [(event.position, node) for node in nodes]
    return [node for _, node in seen]
