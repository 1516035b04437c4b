"""Ten thousand queued runs of fifty owners: who is served when, and whether memory stays flat.

All runs are accepted through RunService in this process before any worker starts, one owner's after the
other's, so that a queue in order of acceptance would serve the first owner first and the last one last. Then
workers take a graph that does nothing. Run ``python -m bench.queue [--runs N] [--check]``; with --check the
exit code is 1 when a target is missed.
"""

import argparse
import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from sqlalchemy import text

from bench.processes import Stand, Used, stand, used_by
from configs.settings import load_settings
from server.resources import Resources, open_resources
from server.runs.job import RunRequest

OWNERS = 50
WORKERS = ("worker-0", "worker-1")
SLOTS = 20  # runs at a time of one worker
AT_ONCE = 20  # requests
TENTHS = 10

MAX_SPREAD = 0.4  # of the mean, between owners halfway: turns are equal, what runs take is not
MAX_GAP = 0.05  # of the whole time: how long an owner with waiting runs may go without one that ends
MAX_GROWTH_MIB = 40.0  # of a worker between the first and the last tenth


async def accept(resources: Resources, count: int) -> float:
    """Accept the runs, owner after owner; seconds."""
    start, turns = time.perf_counter(), asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with turns:
            owner = f"owner-{number * OWNERS // count:02d}"
            await resources.runs.create_run(
                RunRequest(assistant_id="quick", input={"seconds": 0}, owner=owner)
            )

    for first in range(0, count, 500):
        await asyncio.gather(*(one(number) for number in range(first, min(count, first + 500))))
    return time.perf_counter() - start


async def until_done(made: Stand, resources: Resources, count: int) -> list[dict[str, Used]]:
    """Wait for the last run; what the processes use at every tenth of the way."""
    looks: list[dict[str, Used]] = []
    while len(looks) <= TENTHS:
        async with resources.database.read() as session:
            connection = await session.connection()
            query = text("SELECT count(*) FROM run WHERE ended_at IS NOT NULL")
            done = (await connection.execute(query)).scalar_one()
        while len(looks) <= TENTHS and done >= count * len(looks) / TENTHS:
            looks.append(made.used())
        await asyncio.sleep(0.5)
    return looks


async def endings(resources: Resources) -> list[tuple[datetime, str]]:
    """When runs ended, and whose they were."""
    async with resources.database.read() as session:
        connection = await session.connection()
        found = await connection.execute(text("SELECT ended_at, owner, status FROM run ORDER BY ended_at"))
        rows = [(datetime.fromisoformat(str(ended)), owner, status) for ended, owner, status in found]
    assert all(status == "success" for _, _, status in rows), Counter(status for _, _, status in rows)
    return [(ended, owner) for ended, owner, _ in rows]


def spread(ended: Sequence[tuple[datetime, str]], share: float) -> tuple[int, int, float]:
    """(fewest, most, mean) finished runs of an owner when this share of all has ended."""
    part = ended[: int(share * len(ended))]
    counts = Counter(owner for _, owner in part)
    per_owner = [counts[owner] for owner in {owner for _, owner in ended}]
    return min(per_owner), max(per_owner), len(part) / len(per_owner)


def longest_gap(ended: Sequence[tuple[datetime, str]]) -> float:
    """The longest time that an owner waited for its next run to end, from the start of the workers on."""
    start = ended[0][0]
    times: dict[str, list[datetime]] = {}
    for moment, owner in ended:
        times.setdefault(owner, [start]).append(moment)
    return max((two - one).total_seconds() for each in times.values() for one, two in pairwise(each))


async def measure(count: int) -> list[str]:
    """Measure and print. Returns the targets that were missed."""
    with stand(N_JOBS_PER_WORKER=str(SLOTS), MAX_QUEUED_RUNS="0") as made:
        settings = load_settings(
            redis_url=made.redis_url,
            database_url=made.database_url,
            data_dir=made.folder / "here",
            config=made.project,
            max_queued_runs=0,
        )
        async with open_resources(settings) as resources:
            empty = made.redis_info("memory")["used_memory"]
            before = used_by(os.getpid())
            took = await accept(resources, count)
            here = used_by(os.getpid()).since(before)
            queued = made.redis_info("memory")["used_memory"] - empty
            print(
                f"{count} runs of {OWNERS} owners accepted in {took:.0f} s, "
                f"{1000 * here.cpu / count:.1f} ms of CPU "
                f"time each; {queued / count:.0f} bytes each in Redis, {here.rss / 2**20:.0f} MiB more here"
            )
            for name in WORKERS:
                await asyncio.to_thread(made.start_worker, name)
            looks = await until_done(made, resources, count)
            ended = await endings(resources)
        return judge(made, looks, ended)


def judge(made: Stand, looks: list[dict[str, Used]], ended: Sequence[tuple[datetime, str]]) -> list[str]:
    """Print the tables; the targets that were missed."""
    whole, missed = (ended[-1][0] - ended[0][0]).total_seconds(), list[str]()
    print("\n| ended | fewest of an owner | most | mean |\n" + "| ---: " * 4 + "|")
    for tenth in range(1, TENTHS + 1):
        fewest, most, mean = spread(ended, tenth / TENTHS)
        print(f"| {10 * tenth} % | {fewest} | {most} | {mean:.0f} |")
    fewest, most, mean = spread(ended, 0.5)
    gap, half = longest_gap(ended), (most - fewest) / mean
    print(
        f"\n{len(ended) / whole:.0f} runs a second; an owner waits {gap:.2f} s at most "
        f"of {whole:.0f} s for its next run"
    )
    if half > MAX_SPREAD:
        missed.append(f"halfway owners differ by {half:.0%} of the mean, above {MAX_SPREAD:.0%}")
    if gap > MAX_GAP * whole:
        missed.append(f"an owner waited {gap:.1f} s, more than {MAX_GAP:.0%} of the time")
    print(
        "\n| process | MiB after a tenth | halfway | at the end | CPU ms of a run |\n" + "| ---: " * 5 + "|"
    )
    for name in made.pids:
        sizes = [looks[at][name].rss / 2**20 for at in (1, TENTHS // 2, TENTHS)]
        cpu = 1000 * (looks[-1][name].cpu - looks[0][name].cpu) / len(ended)
        print(f"| {name} | {' | '.join(f'{size:.0f}' for size in sizes)} | {cpu:.1f} |")
        if name != "redis" and sizes[2] - sizes[0] > MAX_GROWTH_MIB:
            missed.append(f"{name} grew by {sizes[2] - sizes[0]:.0f} MiB, above {MAX_GROWTH_MIB:.0f}")
    return missed


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    missed = asyncio.run(measure(arguments.runs))
    print("\n" + ("; ".join(f"MISSED: {target}" for target in missed) or "all targets met"))
    if arguments.check and missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
