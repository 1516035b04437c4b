"""The run engine end to end: a graph in a worker, Redis, the API, and clients of its event streams.

Everything is measured in one go on one machine, so ratios hold although the machine is busy. The graphs do
next to nothing (bench/project). Run ``python -m bench.engine [--only NAME] [--check]``; with --check the
exit code is 1 when a target is missed.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median

import httpx

from bench.clients import Lean, begin, percentile
from bench.processes import Stand, stand
from bench.project.bench_graphs import build_tokens

TOKENS, RUNS, ROUNDS = 5000, 4, 5  # of a run; runs at a time; how often this is compared
LATENCIES = (1, 20, 100)  # runs at a time
SLEEPERS, SLEEP = 500, 8.0  # runs in one worker, and the seconds that each takes
IDLE = 1000  # subscribers
ACCEPTED, AT_ONCE = 600, 20

MIN_SHARE = 0.6  # of the events that astream makes per second of CPU time
MAX_SLEEPER_KIB = 512.0  # memory of a sleeping run in the worker
MAX_IDLE_KIB = 64.0  # memory of an idle subscriber in the API
MAX_IDLE_CONNECTIONS = 20  # to Redis, for all subscribers together

Missed = list[str]


async def in_process() -> tuple[float, float]:
    """(CPU seconds of a token, tokens a second) of `graph.astream` here."""
    graph = build_tokens().compile()

    async def one() -> int:
        parts = graph.astream({"tokens": TOKENS}, stream_mode=["messages", "updates"])
        return sum([part[0] == "messages" async for part in parts])

    cpu, start = time.process_time(), time.perf_counter()
    count = sum(await asyncio.gather(*(one() for _ in range(RUNS))))
    return (time.process_time() - cpu) / count, count / (time.perf_counter() - start)


async def end_to_end(made: Stand) -> tuple[dict[str, float], float]:
    """(CPU seconds of a token by process, tokens a second) of the whole chain."""
    lean, before, start = Lean(made.api_url), made.used(), time.perf_counter()
    found = await asyncio.gather(*(lean.stream("tokens", {"tokens": TOKENS}) for _ in range(RUNS)))
    took, used = time.perf_counter() - start, made.used_since(before)
    count = sum(one.tokens for one in found)
    assert count >= RUNS * TOKENS, f"{count} tokens came"
    return {name: one.cpu / count for name, one in used.items()}, count / took


async def throughput(made: Stand) -> Missed:
    """Events end to end against astream in this process, in turn."""
    await in_process()
    await end_to_end(made)
    ratios: list[float] = []
    worker_ratios: list[float] = []
    print("| tokens a second | CPU us of a token: astream | worker | API | Redis | all | share of astream |")
    print("| ---: " * 7 + "|")
    for _ in range(ROUNDS):
        own, _ = await in_process()
        chain, rate = await end_to_end(made)
        every = sum(chain.values())
        ratios.append(own / every)
        worker_ratios.append(own / chain["worker"])
        cells = [own, chain["worker"], chain["api"], chain["redis"], every]
        print(f"| {rate:.0f} | {' | '.join(f'{1e6 * cell:.1f}' for cell in cells)} | {ratios[-1]:.2f} |")
    share, of_worker = median(ratios), median(worker_ratios)
    print(f"share of astream's events per CPU second: {share:.2f}, the worker alone {of_worker:.2f}")
    return (
        [f"events per CPU second are {share:.2f} of astream's, below {MIN_SHARE}"]
        if share < MIN_SHARE
        else []
    )


async def latency(made: Stand) -> Missed:
    """Milliseconds from the request to the first event and to the first token."""
    lean = Lean(made.api_url)
    print("| runs at a time | first event p50 ms | p99 | first token p50 ms | p99 |\n" + "| ---: " * 5 + "|")
    for count in LATENCIES:
        events: list[float] = []
        tokens: list[float] = []
        for _ in range(max(2, 100 // count)):
            given = {"tokens": 20, "pause": 0.02}
            found = await asyncio.gather(*(lean.stream("tokens", given) for _ in range(count)))
            events += [1000 * one.first_event for one in found]
            tokens += [1000 * one.first_token for one in found]
        cells = [percentile(values, share) for values in (events, tokens) for share in (0.5, 0.99)]
        print(f"| {count} | {' | '.join(f'{cell:.0f}' for cell in cells)} |")
    return []


async def sleepers(made: Stand) -> Missed:
    """Many runs that sleep, in one worker."""
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=AT_ONCE)) as client:
        await begin(client, made.api_url, "sleeper", {"seconds": 0})
        before, start = made.used(), time.perf_counter()
        given = {"seconds": SLEEP}
        places = await asyncio.gather(
            *(begin(client, made.api_url, "sleeper", given) for _ in range(SLEEPERS))
        )
        accepted = time.perf_counter() - start
        await asyncio.sleep(SLEEP / 2)
        during, connections = made.used_since(before), made.redis_info("clients")["connected_clients"]
        lean = Lean(made.api_url)
        await asyncio.gather(*(lean.follow(place) for place in places))
    took = time.perf_counter() - start
    kib = during["worker"].rss / SLEEPERS / 1024
    print(
        f"{SLEEPERS} runs of {SLEEP:.0f} s in one worker: accepted in {accepted:.1f} s, ended after "
        f"{took:.1f} s; "
        f"{kib:.0f} KiB a run in the worker, {connections} connections to Redis"
    )
    return (
        [f"a sleeping run takes {kib:.0f} KiB, above {MAX_SLEEPER_KIB:.0f}"] if kib > MAX_SLEEPER_KIB else []
    )


async def idle(made: Stand) -> Missed:
    """Many subscribers to whom nothing happens."""
    lean, watched = Lean(made.api_url), 20
    async with httpx.AsyncClient(timeout=60) as client:
        places = [await begin(client, made.api_url, "sleeper", {"seconds": 600}) for _ in range(watched)]
        await asyncio.sleep(1)
        before, alone = made.used(), made.redis_info("clients")["connected_clients"]
        ready = [asyncio.Event() for _ in range(IDLE)]
        following = [
            asyncio.create_task(lean.follow(places[number % watched], ready[number]))
            for number in range(IDLE)
        ]
        await asyncio.wait_for(asyncio.gather(*(one.wait() for one in ready)), 60)
        await asyncio.sleep(6)  # a heartbeat each
        settled = made.used()
        connections = made.redis_info("clients")["connected_clients"] - alone
        await asyncio.sleep(10)
        beats = made.used_since(settled)["api"].cpu / 10
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        for place in places:
            await client.post(f"{made.api_url}{place}/cancel", params={"wait": True})
    kib = settled["api"].since(before["api"]).rss / IDLE / 1024
    print(
        f"{IDLE} idle subscribers: {kib:.0f} KiB each, {connections} connections to Redis more than without, "
        f"{100 * beats:.0f} % of a core for their heartbeats"
    )
    missed = (
        [f"an idle subscriber takes {kib:.0f} KiB, above {MAX_IDLE_KIB:.0f}"] if kib > MAX_IDLE_KIB else []
    )
    if connections > MAX_IDLE_CONNECTIONS:
        missed.append(f"idle subscribers hold {connections} connections, above {MAX_IDLE_CONNECTIONS}")
    return missed


async def accepted(made: Stand) -> Missed:
    """Runs that the API takes in a second, and what one costs."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(timeout=60, limits=limits) as client:
        before, start = made.used(), time.perf_counter()
        places = await asyncio.gather(
            *(begin(client, made.api_url, "quick", {"seconds": 0}) for _ in range(ACCEPTED))
        )
        took, used = time.perf_counter() - start, made.used_since(before)
        lean = Lean(made.api_url)
        await asyncio.gather(*(lean.follow(place) for place in places))
        whole, ended = time.perf_counter() - start, made.used_since(before)
    costs = {name: 1000 * one.cpu / ACCEPTED for name, one in ended.items()}
    print(
        f"{ACCEPTED / took:.0f} runs a second accepted while others run, "
        f"{1000 * used['api'].cpu / ACCEPTED:.1f} ms "
        f"of CPU time each in the API; {ACCEPTED / whole:.0f} runs a second to their end, "
        + ", ".join(f"{cost:.1f} ms in {name}" for name, cost in costs.items())
    )
    return []


MEASURES: dict[str, Callable[[Stand], Awaitable[Missed]]] = {
    measure.__name__: measure for measure in (throughput, latency, accepted, sleepers, idle)
}


async def measure(names: list[str]) -> Missed:
    """Measure and print. Returns the targets that were missed."""
    missed: Missed = []
    with stand("worker", N_JOBS_PER_WORKER=str(SLEEPERS)) as made:
        for name in names:
            print(f"\n{name}")
            missed += await MEASURES[name](made)
    return missed


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(MEASURES), action="append")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    missed = asyncio.run(measure(arguments.only or list(MEASURES)))
    print("\n" + ("; ".join(f"MISSED: {target}" for target in missed) or "all targets met"))
    if arguments.check and missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
