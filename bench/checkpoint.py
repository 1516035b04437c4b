"""The Redis checkpointer beside the others: time, stored bytes, and whether long threads stay fast.

All run alternately in one process, so that a busy machine slows all of them. Ratios are medians of the
ratios within one repetition. Run ``python -m bench.checkpoint [--repetitions N] [--check]``; with --check
the exit code is 1 when a target is missed.
"""

import argparse
import asyncio
import random
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from statistics import median
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph, add_messages

from bench.checkpoint_savers import LIMIT, OURS, PLAIN, VALKEY, Contestant, Limit, contestants
from bench.checkpoint_state import Conversation, Thread

STEPS = 20  # supersteps of a repetition, with 5 messages each
GRAPH_STEPS = 20
GRAPH_RUNS = 3  # of a repetition, of which the median counts
STORED_STEPS = 100
SHORT, LONG = 10, 2000  # checkpoints of a thread
DURABILITIES = ("sync", "async", "exit")
STORING = ("put", "put_writes")
RESTARTED = "get_tuple restarted"  # by a saver that has not seen the thread; others remember nothing anyway
# What must be faster than with others; at exit all store one checkpoint, and the rest is the graph's time.
COMPARED = {
    "put+put_writes": STORING,
    "get_tuple": ("get_tuple",),
    "graph sync": ("graph sync",),
    "graph async": ("graph async",),
}

MAX_OVER_LIMIT = 2.0  # put and put_writes
MAX_OF_VALKEY = 0.1  # stored bytes
MAX_OF_VALKEY_UNCOMPRESSED = 0.5
MAX_GROWTH = 1.3  # of the latency from a short to a long thread; what is above 1 is noise

Times = dict[str, float]  # median milliseconds by measure
Samples = dict[str, Times]  # by contestant


def place(thread_id: str) -> RunnableConfig:
    """The config of a thread."""
    return {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}


async def timed(call: Awaitable[Any]) -> tuple[float, Any]:
    """Milliseconds of a call, and its result."""
    start = time.perf_counter()
    result = await call
    return (time.perf_counter() - start) * 1000, result


async def supersteps(
    contestant: Contestant, conversation: Conversation, steps: int, messages: int
) -> dict[str, float]:
    """Median times of put, put_writes and get_tuple on a thread that grows."""
    if isinstance(contestant.saver, Limit):
        return await _limit_steps(contestant.saver, conversation, steps, messages)
    saver, times = contestant.saver, defaultdict[str, list[float]](list)
    thread, config = Thread(conversation, messages, saver.get_next_version), place(str(uuid.uuid4()))
    for step in range(steps):
        checkpoint, versions, writes = thread.step()
        metadata: Any = {"source": "loop", "step": step, "parents": {}}
        took, config = await timed(saver.aput(config, checkpoint, metadata, versions))
        times["put"].append(took)
        took, _ = await timed(saver.aput_writes(config, writes, f"task {step}", "~__pregel_pull"))
        times["put_writes"].append(took)
        took, _ = await timed(saver.aget_tuple(place(config["configurable"]["thread_id"])))
        times["get_tuple"].append(took)
        if contestant.restarted:
            newest = place(config["configurable"]["thread_id"])
            took, _ = await timed(contestant.restarted().aget_tuple(newest))
            times[RESTARTED].append(took)
    return {name: median(found) for name, found in times.items()}


async def _limit_steps(
    limit: Limit, conversation: Conversation, steps: int, messages: int
) -> dict[str, float]:
    times, thread_id = defaultdict[str, list[float]](list), str(uuid.uuid4())
    thread = Thread(conversation, messages, lambda current, _: f"{int(current or 0) + 1:032d}")
    for _ in range(steps):
        checkpoint, versions, writes = thread.step()
        values = {name: checkpoint["channel_values"][name] for name in versions}
        record = {key: value for key, value in checkpoint.items() if key != "channel_values"}
        limit.prepare({"record": record, **values})
        times["put"].append((await timed(limit.store(thread_id)))[0])
        times["get_tuple"].append((await timed(limit.load(thread_id)))[0])
        limit.prepare({"writes": writes})
        times["put_writes"].append((await timed(limit.store(thread_id)))[0])
    return {name: median(found) for name, found in times.items()}


class Messages(TypedDict):
    """A growing list, and who is next."""

    messages: Annotated[list[AnyMessage], add_messages]
    turn: int


def two_nodes(saver: Any, conversation: Conversation) -> Any:
    """A graph of two nodes that call each other."""
    messages = [conversation.message() for _ in range(GRAPH_STEPS)]

    def say(state: Messages) -> Messages:
        return {"messages": [messages[state["turn"] % GRAPH_STEPS]], "turn": state["turn"] + 1}

    graph = StateGraph(Messages)
    for name, other in (("ask", "answer"), ("answer", "ask")):
        graph.add_node(name, say)
        graph.add_conditional_edges(
            name, lambda state, other=other: other if state["turn"] < GRAPH_STEPS else END, [other, END]
        )
    graph.add_edge(START, "ask")
    return graph.compile(checkpointer=saver)


async def graph_steps(contestant: Contestant, conversation: Conversation) -> Times:
    """Milliseconds per superstep of a whole graph, by durability."""
    graph, times = two_nodes(contestant.saver, conversation), defaultdict[str, list[float]](list)
    for _ in range(GRAPH_RUNS):
        for durability in DURABILITIES:
            config: Any = {"configurable": {"thread_id": str(uuid.uuid4())}, "recursion_limit": 1000}
            took, _ = await timed(graph.ainvoke({"messages": [], "turn": 0}, config, durability=durability))
            times[f"graph {durability}"].append(took / GRAPH_STEPS)
    return {name: median(found) for name, found in times.items()}


async def alternating(found: Sequence[Contestant], repetitions: int) -> list[Samples]:
    """All measures of all contestants, in another order each time."""
    conversation, order = Conversation(), random.Random(7)  # noqa: S311 - repeatable, guards nothing
    runs: list[Samples] = []
    for repetition in range(repetitions + 1):
        samples: Samples = {}
        for one in order.sample(found, len(found)):
            samples[one.name] = await supersteps(one, conversation, STEPS, 5)
            if not isinstance(one.saver, Limit):
                samples[one.name] |= await graph_steps(one, conversation)
        if repetition > 0:  # the first one warms up
            runs.append(samples)
    return runs


async def stored(found: Sequence[Contestant]) -> dict[str, int]:
    """Bytes that each has stored after 100 supersteps of one message each."""
    sizes = {}
    for one in found:
        if not isinstance(one.saver, Limit):
            before = await one.stored_bytes()
            await supersteps(one, Conversation(), STORED_STEPS, 1)
            sizes[one.name] = await one.stored_bytes() - before
    return sizes


async def growth(ours: Contestant) -> float:
    """How much slower our put, put_writes and get_tuple are on a long thread than on a short one."""
    saver, times = ours.saver, defaultdict[str, list[float]](list)
    lengths = {"long": LONG, "short": SHORT}
    threads = {name: Thread(Conversation(), 0, saver.get_next_version) for name in lengths}
    configs = {name: place(str(uuid.uuid4())) for name in lengths}

    async def step(name: str) -> float:
        checkpoint, versions, writes = threads[name].step()
        put, configs[name] = await timed(saver.aput(configs[name], checkpoint, {}, versions))
        wrote, _ = await timed(saver.aput_writes(configs[name], writes, "task"))
        read, _ = await timed(saver.aget_tuple(place(configs[name]["configurable"]["thread_id"])))
        return put + wrote + read

    for name, length in lengths.items():
        for _ in range(length):
            await step(name)
    for number in range(200):
        if number % 10 == 0:  # a new short thread, before it has grown
            threads["short"], configs["short"] = (
                Thread(Conversation(), 0, saver.get_next_version),
                place(str(uuid.uuid4())),
            )
            for _ in range(SHORT):
                await step("short")
        for name in lengths:
            times[name].append(await step(name))
    return median(times["long"]) / median(times["short"])


def over(runs: list[Samples], name: str, other: str, measures: Sequence[str] = STORING) -> float:
    """Median of the ratios of two contestants' times; of several measures, of their sums."""

    def time_of(run: Samples, contestant: str) -> float:
        return sum(run[contestant][measure] for measure in measures)

    return median(time_of(run, name) / time_of(run, other) for run in runs)


def rivals(found: Sequence[Contestant]) -> list[str]:
    """The savers of others that keep what they acknowledge."""
    return [one.name for one in found if one.durable and one.name not in (OURS, PLAIN, LIMIT)]


def report(found: Sequence[Contestant], runs: list[Samples], sizes: dict[str, int], grown: float) -> None:
    """Print the table."""
    measures = ["put", "put_writes", "get_tuple", RESTARTED, *(f"graph {name}" for name in DURABILITIES)]
    print(
        "| saver | " + " | ".join(f"{name} ms" for name in measures) + " | put+writes / limit | stored MB |"
    )
    print("| --- |" + " ---: |" * (len(measures) + 2))
    for one in found:
        cells = [
            f"{median(run[one.name][name] for run in runs):.2f}" if name in runs[0][one.name] else ""
            for name in measures
        ]
        size = f"{sizes[one.name] / 1e6:.2f}" if one.name in sizes else ""
        print(f"| {one.name} | {' | '.join(cells)} | {over(runs, one.name, LIMIT):.2f} | {size} |")
    print()
    print("| of the time of | " + " | ".join(COMPARED) + " |")
    print("| --- |" + " ---: |" * len(COMPARED))
    for rival in rivals(found):
        cells = [f"{over(runs, OURS, rival, measures):.2f}" for measures in COMPARED.values()]
        print(f"| {rival} | {' | '.join(cells)} |")
    print(f"ours on a thread of {LONG} checkpoints is {grown:.2f} times as slow as on one of {SHORT}")


def missed(
    found: Sequence[Contestant], runs: list[Samples], sizes: dict[str, int], grown: float
) -> list[str]:
    """The targets that were missed."""
    wrong: list[str] = []
    for name in (OURS, PLAIN):
        if (ratio := over(runs, name, LIMIT)) > MAX_OVER_LIMIT:
            wrong.append(f"{name}: put+put_writes is {ratio:.2f} times the limit, above {MAX_OVER_LIMIT}")
    for rival in rivals(found):
        for name, measures in COMPARED.items():
            if (ratio := over(runs, OURS, rival, measures)) >= 1:
                wrong.append(f"{name} takes {ratio:.2f} of {rival}'s time")
    if VALKEY in sizes and sizes[OURS] > MAX_OF_VALKEY * sizes[VALKEY]:
        wrong.append(
            f"stored bytes are {sizes[OURS] / sizes[VALKEY]:.3f} of {VALKEY}'s, above {MAX_OF_VALKEY}"
        )
    if VALKEY in sizes and sizes[PLAIN] > MAX_OF_VALKEY_UNCOMPRESSED * sizes[VALKEY]:
        wrong.append(f"uncompressed, stored bytes are more than half of {VALKEY}'s")
    if grown > MAX_GROWTH:
        wrong.append(f"a long thread is {grown:.2f} times as slow as a short one, above {MAX_GROWTH}")
    return wrong


def summary(runs: list[Samples], sizes: dict[str, int], grown: float) -> str:
    """The figures that the targets are about."""
    figures = (
        f"put+put_writes / limit {over(runs, OURS, LIMIT):.2f}, uncompressed {over(runs, PLAIN, LIMIT):.2f}"
    )
    if VALKEY in sizes:
        figures += f"; stored bytes of {VALKEY}'s {sizes[OURS] / sizes[VALKEY]:.3f}"
    return f"{figures}; long thread / short one {grown:.2f}"


async def measure(repetitions: int) -> tuple[list[str], str]:
    """Measure and print the table. Returns the targets that were missed, and a summary."""
    async with contestants() as found:
        runs = await alternating(found, repetitions)
        sizes = await stored(found)
        grown = await growth(next(one for one in found if one.name == OURS))
        report(found, runs, sizes, grown)
        return missed(found, runs, sizes, grown), summary(runs, sizes, grown)


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    wrong, figures = asyncio.run(measure(arguments.repetitions))
    for target in wrong:
        print("MISSED:", target)
    print(f"{'MISSED' if wrong else 'MET'}: {figures}")
    if arguments.check and wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
