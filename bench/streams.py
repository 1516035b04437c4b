"""Event streams beside the plain way: CPU for an event from writer to frames, and events a second.

Both ways run in turn on one Redis, so that a busy machine slows both; figures are medians of the ratios of
neighbours. Writer and reader are processes of their own. Run ``python -m bench.streams [--check]``; with
--check the exit code is 1 when a target is missed. The last line has the figures.
"""

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

from redis import Redis

from bench import streams_http
from bench.streams_readers import Way, read_all, runs, writer
from server.embedded_redis import embedded_redis

STREAMS, RATE, SECONDS = 100, 20, 5.0  # events a second of each stream
BURST = 200  # events of each stream, as fast as they come
WAYS: tuple[Way, Way] = ("ours", "plain")

MIN_CPU_RATIO = 1.5  # plain / ours
MIN_SPEED_RATIO = 3.0  # ours / plain
MAX_RESPONSE_RATIO = 2.5  # CPU of our response / of a plain one


@dataclass(frozen=True)
class Outcome:
    """What one way took."""

    events: int
    seconds: float
    writer: float  #: Microseconds of CPU for an event; so are the next two.
    reader: float
    redis: float
    latencies: list[float]  #: Milliseconds.
    connections: int

    @property
    def total(self) -> float:
        return self.writer + self.reader + self.redis

    def __str__(self) -> str:
        cuts = quantiles(self.latencies, n=100)
        return (
            f"{self.events / self.seconds:8.0f} ev/s  us for an event: writer {self.writer:5.1f}, "
            f"reader {self.reader:5.1f}, Redis {self.redis:5.1f}, together {self.total:6.1f}  "
            f"latency ms p50 {cuts[49]:5.1f}, p99 {cuts[98]:6.1f}  connections {self.connections}"
        )


def reading(pipe: Connection, way: Way, url: str, round_: str, streams: int) -> None:
    """The reader's process."""
    outcome = asyncio.run(read_all(way, url, runs(round_, streams), lambda: pipe.send("ready")))
    pipe.send(outcome)


async def write(way: Way, url: str, round_: str, *, events: int, pause: float) -> tuple[float, float]:
    """Write to all streams; CPU and wall seconds. ``pause`` is the time between a stream's events."""
    async with AsyncExitStack() as stack:
        emit, end = await writer(stack, way, url, runs(round_, STREAMS))

        async def one(number: int) -> None:
            due = time.perf_counter() + number / STREAMS * pause
            for _ in range(events):
                if pause:
                    await asyncio.sleep(max(0, due - time.perf_counter()))
                    due += pause
                await emit(number)
            await end(number)

        cpu, start = time.process_time(), time.perf_counter()
        await asyncio.gather(*map(one, range(STREAMS)))
        return time.process_time() - cpu, time.perf_counter() - start


def run_once(way: Way, url: str, *, events: int, pause: float) -> Outcome:
    """One way, from the writer to the frames of all followers."""
    round_ = uuid4().hex
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=reading, args=(theirs, way, url, round_, STREAMS)
    )
    process.start()
    assert ours.recv() == "ready"
    with Redis.from_url(url) as redis:
        before, start = _cpu(redis), time.perf_counter()
        cpu, _ = asyncio.run(write(way, url, round_, events=events, pause=pause))
        read: dict[str, Any] = ours.recv()
        seconds, redis_cpu = time.perf_counter() - start, _cpu(redis) - before
        redis.flushall()
    process.join()
    count = read["events"]
    assert count == events * STREAMS, f"{way}: {count} events of {events * STREAMS} came"
    micro = 1e6 / count
    latencies = [latency * 1000 for latency in read["latencies"]]
    return Outcome(
        count, seconds, cpu * micro, read["cpu"] * micro, redis_cpu * micro, latencies, read["connections"]
    )


def _cpu(redis: Redis) -> float:
    found: Any = redis.info("cpu")
    return found["used_cpu_sys"] + found["used_cpu_user"]


def compare(url: str, repetitions: int, *, events: int, pause: float) -> list[dict[Way, Outcome]]:
    """Both ways in turn."""
    found: list[dict[Way, Outcome]] = []
    for _ in range(repetitions):
        found.append({way: run_once(way, url, events=events, pause=pause) for way in WAYS})
        for way, outcome in found[-1].items():
            print(f"{way:5} {outcome}", flush=True)
    return found


def main() -> int:
    """Compare, and say whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, embedded_redis(Path(folder)) as url:
        print(f"{STREAMS} streams, {RATE} ev/s each")
        paced = compare(url, arguments.repetitions, events=int(RATE * SECONDS), pause=1 / RATE)
        print(f"{STREAMS} streams, {BURST} events each as fast as they come")
        burst = compare(url, arguments.repetitions, events=BURST, pause=0)
    print("the response that carries the frames, CPU for an event")
    responses = asyncio.run(streams_http.compare(50_000))
    for case, (ours, plain) in responses.items():
        print(f"{case}: ours {ours:.1f} us, plain {plain:.1f} us")
    cpu = median(both["plain"].total / both["ours"].total for both in paced)
    speed = median(both["plain"].seconds / both["ours"].seconds for both in burst)
    response = max(ours / plain for ours, plain in responses.values())
    is_met = cpu >= MIN_CPU_RATIO and speed >= MIN_SPEED_RATIO and response <= MAX_RESPONSE_RATIO
    print(
        f"{'met' if is_met else 'MISSED'}: {cpu:.1f} times less CPU for an event (at least {MIN_CPU_RATIO}), "
        f"{speed:.1f} times the events a second (at least {MIN_SPEED_RATIO}), the response takes at most "
        f"{response:.2f} times a plain one's CPU (at most {MAX_RESPONSE_RATIO})"
    )
    return 0 if is_met or not arguments.check else 1


if __name__ == "__main__":
    sys.exit(main())
