"""Turns of model calls: limits hold in every window, for one process and for several."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from time import monotonic

import pytest
from redis.asyncio import Redis

from evals.model_server import Answers, Fault, Faults, Pace, model_server
from server import keys
from server.models.counters import SharedCounters, open_counters
from tests.fixtures.loaded_process import Piped, piped
from tests.fixtures.model_caller import Plan
from tools.llm.limits import Counters, Limit, LocalCounters, Turns

_MODEL = "openai:m"
_NEVER = 3600.0  # seconds until what nobody renews here is given up: longer than any machine stalls
MakeCounters = Callable[[int], Counters]


@pytest.fixture(params=["of one process", "shared"])
async def make_counters(request: pytest.FixtureRequest, own_redis_url: str) -> AsyncIterator[MakeCounters]:
    """Counters with so many slots, of each kind; all shared ones are of the same deployment."""
    if request.param == "of one process":
        yield LocalCounters
        return
    async with Redis.from_url(own_redis_url) as redis:
        await redis.flushdb()
        yield lambda most: SharedCounters(redis, most, lease_seconds=_NEVER)


async def _take(turns: Turns, times: list[float], *, tokens: int = 0, model: str = _MODEL) -> None:
    async with turns.turn(model, tokens):
        times.append(monotonic())


def _most_in_any(window: float, times: Sequence[float]) -> int:
    """The most in any such window, less a fifth: what came is seen later, on a busy machine by much."""
    window *= 0.8
    return max(sum(begin <= at < begin + window for at in times) for begin in times)


async def test_requests_stay_below_their_limit_in_every_window(make_counters: MakeCounters) -> None:
    turns = Turns(make_counters(9), [Limit(models="openai:*", requests=3, seconds=1)])
    times: list[float] = []

    await asyncio.gather(*[_take(turns, times) for _ in range(10)])

    assert len(times) == 10
    assert _most_in_any(1.0, times) <= 3


async def test_tokens_stay_below_their_limit_in_every_window(make_counters: MakeCounters) -> None:
    turns = Turns(make_counters(9), [Limit(models=_MODEL, tokens=100, seconds=1)])
    times: list[float] = []

    await asyncio.gather(*[_take(turns, times, tokens=40) for _ in range(6)])

    assert _most_in_any(1.0, times) <= 2


async def test_what_a_call_really_took_replaces_what_was_expected(make_counters: MakeCounters) -> None:
    turns = Turns(make_counters(9), [Limit(models=_MODEL, tokens=100, seconds=60)])
    async with turns.turn(_MODEL, 100) as ticket:
        ticket.tokens = 10

    async with asyncio.timeout(60), turns.turn(_MODEL, 90):
        pass


async def test_a_call_larger_than_the_limit_goes_when_nothing_else_was_asked(
    make_counters: MakeCounters,
) -> None:
    turns = Turns(make_counters(9), [Limit(models=_MODEL, tokens=100, seconds=60)])

    async with asyncio.timeout(60), turns.turn(_MODEL, 1000):
        pass


async def test_models_of_one_pattern_count_together_and_others_do_not(make_counters: MakeCounters) -> None:
    turns = Turns(make_counters(9), [Limit(models="openai:*", concurrent=1)])

    async with turns.turn("openai:a", 0):
        async with asyncio.timeout(60), turns.turn("dashscope:c", 0):
            pass
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), turns.turn("openai:b", 0):
                pass


async def test_slots_bound_the_calls_under_way(make_counters: MakeCounters) -> None:
    turns, under_way, most = Turns(make_counters(2)), 0, 0
    pair = asyncio.Barrier(2)

    async def call(number: int) -> None:
        nonlocal under_way, most
        async with turns.turn(f"openai:{number % 3}", 0):
            under_way += 1
            most = max(most, under_way)
            await pair.wait()
            under_way -= 1

    async with asyncio.timeout(30):
        await asyncio.gather(*[call(number) for number in range(12)])

    assert most == 2


async def test_calls_of_a_model_go_in_the_order_in_which_they_came(make_counters: MakeCounters) -> None:
    turns, order = Turns(make_counters(1)), list[int]()

    async def call(number: int) -> None:
        async with turns.turn(_MODEL, 0):
            order.append(number)

    await asyncio.gather(*[call(number) for number in range(8)])

    assert order == list(range(8))


async def test_processes_that_wait_for_the_same_model_take_turns(own_redis_url: str) -> None:
    order = list[str]()

    async with Redis.from_url(own_redis_url) as redis:
        await redis.flushdb()
        one, other = (Turns(SharedCounters(redis, 1, lease_seconds=_NEVER)) for _ in range(2))

        async def call(name: str, turns: Turns) -> None:
            async with turns.turn(_MODEL, 0):
                order.append(name)

        async with one.turn(_MODEL, 0):
            waiting = [asyncio.create_task(call(*each)) for each in (("one", one), ("other", other)) * 3]
            while await redis.zcard(keys.model_queue(_MODEL)) < 2:  # the first one of each process
                pass
        await asyncio.gather(*waiting)

    assert order[0] != order[1]
    assert sorted(order) == ["one"] * 3 + ["other"] * 3


async def test_a_call_that_is_cancelled_while_it_waits_leaves_the_queue(make_counters: MakeCounters) -> None:
    turns = Turns(make_counters(1))
    async with turns.turn(_MODEL, 0):
        waiting = asyncio.create_task(_take(turns, []))
        await asyncio.wait([waiting], timeout=0.1)
        waiting.cancel()
        await asyncio.wait([waiting])

    async with asyncio.timeout(30), turns.turn(_MODEL, 0):
        pass


@contextmanager
def _callers(plan: Plan, count: int) -> Iterator[list[Piped]]:
    """Processes that have begun to call."""
    call = ("-m", "tests.fixtures.model_caller", plan.model_dump_json())
    with ExitStack() as stack:
        callers = [
            stack.enter_context(piped(*call, environment=os.environ, program="python")) for _ in range(count)
        ]
        for caller in callers:
            assert _line(caller) == "ready"
        for caller in callers:
            print("go", file=caller.stdin, flush=True)
        yield callers


def _line(caller: Piped) -> str:
    return caller.stdout.readline().strip()


async def test_three_processes_together_stay_below_the_limits_in_every_window(own_redis_url: str) -> None:
    async with Redis.from_url(own_redis_url) as redis:
        await redis.flushdb()
    limit = Limit(models="openai:*", requests=12, seconds=1)
    with model_server(Answers.oracle({"hi": "ho"}), pace=Pace(latency_seconds=0.05)) as server:
        plan = Plan(redis_url=own_redis_url, model_url=server.openai_url, limits=(limit,), most=5, calls=12)
        with _callers(plan, 3) as callers:
            assert [_line(caller) for caller in callers] == ["done"] * 3
        times = [request.time for request in server.requests()]

    assert len(times) == 36
    assert _most_in_any(1.0, times) <= 12
    assert server.log.peak <= 5


async def test_a_killed_process_frees_its_slots(own_redis_url: str) -> None:
    stuck = Faults.always(Fault.STALL)
    async with Redis.from_url(own_redis_url) as redis:
        await redis.flushdb()
        with model_server(Answers.oracle({"hi": "ho"}), faults=stuck) as server:
            plan = Plan(
                redis_url=own_redis_url, model_url=server.openai_url, most=2, calls=2, lease_seconds=1
            )
            async with open_counters(redis, 2, lease_seconds=1) as counters:
                turns = Turns(counters)
                with _callers(plan, 1) as callers:
                    while len(server.requests()) < 2:  # noqa: ASYNC110 - the server is in another thread
                        await asyncio.sleep(0.01)
                    begun = max(await _lease_ends(redis))
                    while min(await _lease_ends(redis)) < begun + 1000:  # ms: it lives longer than a lease
                        pass
                    callers[0].process.kill()
                async with asyncio.timeout(30), turns.turn(_MODEL, 0):
                    pass


async def _lease_ends(redis: Redis) -> list[float]:
    """When the leases of all slots end, in ms."""
    return [end for _, end in await redis.zrange(keys.MODEL_TURNS[0], 0, -1, withscores=True)]
