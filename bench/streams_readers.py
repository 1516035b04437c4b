"""Readers and writers of event streams that bench/streams.py compares: ours, and the plain way.

The plain way is one XADD an event and one XREAD with a connection for each follower.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, Literal

import orjson
from redis.asyncio import Redis

from server.keys import RunKey, RunKeys
from server.runs.leases import Leases
from server.stream.broker import open_broker
from server.stream.entry import FROM_START, Entry
from server.stream.sse import frame, frames

Way = Literal["ours", "plain"]
Emit = Callable[[int], Awaitable[None]]  # an event of the stream with this number

KEYS = RunKeys()
HOUR = timedelta(hours=1)
PADDING = "x" * 150  # an event is about as long as a token with its metadata


def runs(round_: str, streams: int) -> list[RunKey]:
    """The runs of one round."""
    return [RunKey(f"{round_}-{number}", f"{round_}-{number}") for number in range(streams)]


def payload() -> bytes:
    """An event that says when it was made."""
    return orjson.dumps({"t": int(time.time() * 1e6), "content": PADDING})


async def writer(stack: AsyncExitStack, way: Way, url: str, keys: list[RunKey]) -> tuple[Emit, Emit]:
    """How events are written, and how a stream is closed."""
    client = await stack.enter_async_context(Redis.from_url(url, max_connections=len(keys) + 10))
    if way == "plain":

        async def add(number: int) -> None:
            await client.xadd(KEYS.events(keys[number]), {"e": "messages", "d": payload()})

        async def end(number: int) -> None:
            await client.xadd(KEYS.events(keys[number]), {"end": "1"})

        return add, end
    broker = await stack.enter_async_context(open_broker(client, KEYS, keep=HOUR))
    leases = Leases(client, KEYS, keep=HOUR)
    opened = [await leases.claim(run, worker="bench", floor=0) for run in keys]
    logs = [broker.open(lease.run, lease.epoch) for lease in opened]

    async def emit(number: int) -> None:
        await logs[number].emit("messages", payload())

    async def close(number: int) -> None:
        await logs[number].close()

    return emit, close


async def read_all(way: Way, url: str, keys: list[RunKey], ready: Callable[[], None]) -> dict[str, Any]:
    """Follow all streams to their ends as a server would; says what that took.

    Returns:
        CPU seconds, events, their latencies in seconds, connections.
    """
    latencies: list[float] = []
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(Redis.from_url(url, max_connections=len(keys) + 10))
        if way == "plain":
            followers = [_plain(client, run) for run in keys]
        else:
            broker = await stack.enter_async_context(open_broker(client, KEYS, keep=HOUR))
            followers = [
                frames(_entries(broker.follow(run, after=FROM_START, idle_seconds=5)), with_ids=True)
                for run in keys
            ]

        async def consume(chunks: AsyncGenerator[bytes]) -> None:
            async for chunk in chunks:
                now = time.time()
                # The time stands at a known place of each frame: finding it costs both ways the same.
                latencies.extend(now - int(part[:16]) / 1e6 for part in chunk.split(b'"t":')[1:])

        tasks = [asyncio.create_task(consume(follower)) for follower in followers]
        await asyncio.sleep(0.5)
        connections = len(await client.client_list())
        ready()
        start = time.process_time()
        await asyncio.gather(*tasks)
        used = time.process_time() - start
    return {"cpu": used, "events": len(latencies), "latencies": latencies, "connections": connections}


async def _entries(following: AsyncGenerator[Entry | None]) -> AsyncGenerator[Entry]:
    async for entry in following:
        if entry is not None:
            yield entry


async def _plain(client: Redis, run: RunKey) -> AsyncGenerator[bytes]:
    key, cursor = KEYS.events(run), "0"
    while True:
        reply: Any = await client.xread({key: cursor}, count=100, block=4000)
        pages = reply.values() if isinstance(reply, dict) else [[page] for _, page in reply or []]
        for page in pages:
            for entry_id, fields in (entry for some in page for entry in some):
                if b"end" in fields:
                    return
                cursor = entry_id.decode()
                yield frame(fields[b"e"].decode(), fields[b"d"], cursor)
