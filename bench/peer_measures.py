"""What is measured of each server, and of LangGraph alone: the same runs, by the same lean client."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph.state import CompiledStateGraph

from bench.clients import Lean, percentile
from bench.peer_servers import Served
from bench.project import bench_graphs

AT_ONCE = 20  # clients of short runs, each of which waits for its run before it starts the next
QUICK, STEPPED = 200, 60  # runs
CONCURRENT = (1, 20, 100)  # runs whose first event is awaited
TALKING, SAID, PER_SECOND = 50, 100, 20  # streams, tokens of each, in a second
SLEEPING, MANY, NAP = 100, 500, 2.0  # runs, runs, seconds of each
FAST, LONG = 4, 2000  # streams without pause, tokens of each
IDLE, WATCHED = 1000, 10  # subscribers, and the runs that they watch
SETTLES = 3.0  # seconds, until all subscribers have what they get at first

Figures = dict[str, float]


async def threads(lean: Lean, count: int) -> list[str]:
    """New threads: no part of what is measured, and not all servers make them by themselves."""
    found: list[str] = []
    for start in range(0, count, AT_ONCE):
        size = min(AT_ONCE, count - start)
        found += [
            orjson.loads(answer)["thread_id"]
            for answer in await asyncio.gather(*(lean.ask("/threads", {}) for _ in range(size)))
        ]
    return found


async def wait_for(lean: Lean, thread: str, graph: str, given: dict[str, Any], expected: str) -> None:
    """Start a run, and wait for its end with what it made."""
    body = {"assistant_id": graph, "input": given}
    answer = orjson.loads(await lean.ask(f"/threads/{thread}/runs/wait", body))
    if expected not in answer:
        raise RuntimeError(f"{graph}: {answer}")


async def runs_a_second(lean: Lean, graph: str, expected: str, count: int) -> float:
    """Runs brought to their end in a second, by clients that wait for each."""
    left = await threads(lean, count)

    async def client() -> None:
        while left:
            await wait_for(lean, left.pop(), graph, {}, expected)

    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return count / (time.perf_counter() - start)


async def first_events(lean: Lean, at_once: int) -> list[float]:
    """Milliseconds from the request to the first event of each stream."""
    found: list[float] = []
    for _ in range(max(2, 20 // at_once)):
        made = await threads(lean, at_once)
        given = {"tokens": 5, "pause": 0.02}
        streams = await asyncio.gather(*(lean.stream("tokens", given, thread=thread) for thread in made))
        found += [1000 * stream.first_event for stream in streams]
    return found


async def talk(lean: Lean, streams: int, tokens: int, pause: float) -> float:
    """Seconds until all tokens of all streams have come; all must."""
    made = await threads(lean, streams)
    given, start = {"tokens": tokens, "pause": pause}, time.perf_counter()
    found = await asyncio.gather(*(lean.stream("tokens", given, thread=thread) for thread in made))
    took = time.perf_counter() - start
    # Some servers send a message's first or last chunk without text besides.
    if short := [stream.tokens for stream in found if stream.tokens < tokens]:
        raise RuntimeError(f"streams brought {short} of {tokens} tokens")
    return took


async def sleep(lean: Lean, count: int) -> float:
    """Seconds until this many runs, which all sleep, have ended."""
    made, start = await threads(lean, count), time.perf_counter()
    given = {"seconds": NAP}
    await asyncio.gather(*(wait_for(lean, thread, "sleeper", given, "slept") for thread in made))
    return time.perf_counter() - start


async def idle(lean: Lean, served: Served) -> float:
    """KiB of memory for each subscriber to whom nothing happens."""
    runs: list[str] = []
    for thread in await threads(lean, WATCHED):
        body = {"assistant_id": "sleeper", "input": {"seconds": 300}, "stream_resumable": True}
        run = orjson.loads(await lean.ask(f"/threads/{thread}/runs", body))["run_id"]
        runs.append(f"/threads/{thread}/runs/{run}")
    await asyncio.sleep(SETTLES)
    before = served.memory
    ready = [asyncio.Event() for _ in range(IDLE)]
    following = [
        asyncio.create_task(lean.follow(runs[number % WATCHED], came)) for number, came in enumerate(ready)
    ]
    await asyncio.gather(*(asyncio.wait_for(came.wait(), 120) for came in ready))
    await asyncio.sleep(SETTLES)
    kib = 1024 * (served.memory - before) / IDLE
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    return kib


async def measure(served: Served, *, with_many: bool) -> Figures:
    """All figures of a server that has just been started.

    Args:
        with_many: Also the five hundred sleepers, which take minutes where ten may run.
    """
    lean, figures = Lean(served.url), Figures(start=served.seconds, memory=served.memory)
    await runs_a_second(lean, "quick", "slept", AT_ONCE)
    figures["quick"] = await runs_a_second(lean, "quick", "slept", QUICK)
    figures["steps"] = await runs_a_second(lean, "steps", "passed", STEPPED)
    for at_once in CONCURRENT:
        events = await first_events(lean, at_once)
        figures[f"first_{at_once}_p50"] = percentile(events, 0.5)
        figures[f"first_{at_once}_p99"] = percentile(events, 0.99)
    figures["talk"] = await talk(lean, TALKING, SAID, 1 / PER_SECOND)
    figures["sleep"] = await sleep(lean, SLEEPING)
    if with_many:
        figures["many"] = await sleep(lean, MANY)
    before = served.cpu
    took = await talk(lean, FAST, LONG, 0)
    figures["tokens"] = FAST * LONG / took
    figures["tokens_a_core"] = FAST * LONG / (served.cpu - before)
    figures["idle"] = await idle(lean, served)
    figures["memory_after"], figures["disk"] = served.memory, served.disk
    return figures


async def limit() -> Figures:
    """The same of LangGraph alone, in this process, with checkpoints in memory: nothing can be faster."""
    quick = bench_graphs.build_sleeper().compile(checkpointer=InMemorySaver())
    steps = bench_graphs.build_steps().compile(checkpointer=InMemorySaver())
    tokens = bench_graphs.build_tokens().compile(checkpointer=InMemorySaver())
    number = iter(range(1_000_000))

    async def run(graph: CompiledStateGraph[Any], given: dict[str, Any], mode: str) -> float:
        start, first = time.perf_counter(), 0.0
        config: Any = {"configurable": {"thread_id": str(next(number))}}
        async for _ in graph.astream(given, config, stream_mode=[mode]):  # type: ignore[list-item]
            first = first or time.perf_counter() - start
        return 1000 * first

    async def rate(work: Callable[[], Awaitable[Any]], count: int) -> float:
        start = time.perf_counter()
        for _ in range(count // AT_ONCE):
            await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        return count / (time.perf_counter() - start)

    await rate(lambda: run(quick, {"seconds": 0}, "updates"), AT_ONCE)
    figures = Figures(
        quick=await rate(lambda: run(quick, {"seconds": 0}, "updates"), QUICK),
        steps=await rate(lambda: run(steps, {}, "updates"), STEPPED),
        talk=SAID / PER_SECOND,
        sleep=NAP,
        many=NAP,
    )
    for at_once in CONCURRENT:
        given = {"tokens": 5, "pause": 0.0}
        events = await asyncio.gather(*(run(tokens, given, "messages") for _ in range(at_once)))
        figures[f"first_{at_once}_p50"] = percentile(events, 0.5)
        figures[f"first_{at_once}_p99"] = percentile(events, 0.99)
    cpu, start = time.process_time(), time.perf_counter()
    await asyncio.gather(*(run(tokens, {"tokens": LONG, "pause": 0.0}, "messages") for _ in range(FAST)))
    figures["tokens"] = FAST * LONG / (time.perf_counter() - start)
    figures["tokens_a_core"] = FAST * LONG / (time.process_time() - cpu)
    return figures
