"""Whose run is next, in a real Redis."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from server import keys
from server.db.models import RunPriority
from server.db.repositories.runs import RunHead
from server.runs.fair_queue import FairQueue, Limits, QueueFull

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        await client.unlink(*keys.FAIR_QUEUE)
        yield client
        await client.unlink(*keys.FAIR_QUEUE)


def a_run(owner: str, number: int = 0, *, graph: str = "g", priority: RunPriority = "normal") -> RunHead:
    return RunHead(f"{owner}-{number}", str(uuid4()), graph, owner, priority)


def runs(owner: str, count: int, priority: RunPriority = "normal") -> list[RunHead]:
    return [a_run(owner, number, priority=priority) for number in range(count)]


def ended(*run_ids: str) -> list[tuple[str, timedelta | None]]:
    return [(run_id, None) for run_id in run_ids]


async def served(queue: FairQueue) -> list[str]:
    """The runs in the order of their turns, with one slot."""
    order: list[str] = []
    started = await queue.register_worker("w", 1, lasting=MINUTE)
    while started:
        order += started
        started = await queue.leave(ended(*started))
    return order


async def test_no_run_begins_before_a_worker_has_room(redis: Redis) -> None:
    queue = FairQueue(redis, Limits())

    assert await queue.enqueue(runs("a", 3)) == []
    assert await queue.register_worker("w", 2, lasting=MINUTE) == ["a-0", "a-1"]
    assert await queue.leave(ended("a-0")) == ["a-2"]


async def test_owners_take_turns_however_many_runs_each_has(redis: Redis) -> None:
    queue = FairQueue(redis, Limits())
    await queue.enqueue([*runs("a", 4), *runs("b", 2), *runs("c", 1)])

    assert await served(queue) == ["a-0", "b-0", "c-0", "a-1", "b-1", "a-2", "a-3"]


async def test_a_free_slot_goes_to_the_owner_with_the_fewest_runs_under_way(redis: Redis) -> None:
    queue = FairQueue(redis, Limits())
    await queue.enqueue(runs("a", 9))
    assert len(await queue.register_worker("w", 4, lasting=MINUTE)) == 4
    await queue.enqueue(runs("b", 9))

    started = await queue.leave(ended("a-0")) + await queue.leave(ended("a-1"))

    assert started == ["b-0", "b-1"]


async def test_an_owner_that_comes_again_and_again_does_not_jump_the_queue(redis: Redis) -> None:
    queue = FairQueue(redis, Limits())
    await queue.enqueue([*runs("a", 5), *runs("b", 1)])
    order = await queue.register_worker("w", 1, lasting=MINUTE)
    for number in range(1, 5):
        order += await queue.leave(ended(order[-1]))
        await queue.enqueue([a_run("b", number)])

    assert order[:5] == ["a-0", "b-0", "a-1", "b-1", "a-2"]


async def test_low_priority_waits_but_does_not_starve(redis: Redis) -> None:
    queue = FairQueue(redis, Limits())
    await queue.enqueue([*runs("cron", 2, "low"), *runs("a", 20)])

    order = await served(queue)

    assert order.index("cron-0") == 7
    assert order.index("cron-1") == 15


@pytest.mark.parametrize(
    ("limits", "begin"),
    [(Limits(per_owner=2), 3), (Limits(per_graph=2), 2), (Limits(total=1), 1), (Limits(), 6)],
    ids=["owner", "graph", "total", "none"],
)
async def test_limits_hold_for_owners_graphs_and_all(redis: Redis, limits: Limits, begin: int) -> None:
    queue = FairQueue(redis, limits)
    await queue.enqueue([*runs("a", 5), a_run("b")])

    assert len(await queue.register_worker("w", 10, lasting=MINUTE)) == begin


async def test_a_run_behind_a_graph_at_its_limit_is_not_held_up(redis: Redis) -> None:
    queue = FairQueue(redis, Limits(per_graph=1))
    await queue.enqueue(
        [a_run("a", 1, graph="slow"), a_run("a", 2, graph="slow"), a_run("a", 3, graph="quick")]
    )

    assert await queue.register_worker("w", 10, lasting=MINUTE) == ["a-1", "a-3"]


async def test_what_waits_or_is_active_is_not_taken_in_twice(redis: Redis) -> None:
    queue = FairQueue(redis, Limits())
    await queue.enqueue(runs("a", 2))
    await queue.register_worker("w", 1, lasting=MINUTE)

    assert await queue.enqueue(runs("a", 2)) == []
    assert (await queue.waiting(), len(await queue.active())) == (1, 1)


async def test_a_run_that_leaves_while_it_waits_frees_no_slot(redis: Redis) -> None:
    queue = FairQueue(redis, Limits())
    await queue.enqueue(runs("a", 3))
    await queue.register_worker("w", 1, lasting=MINUTE)

    assert await queue.leave(ended("a-1", "unknown")) == []
    assert await queue.leave(ended("a-0", "a-0")) == ["a-2"]


async def test_the_slots_of_a_silent_worker_do_not_count(redis: Redis) -> None:
    queue = FairQueue(redis, Limits())
    await queue.register_worker("dead", 5, lasting=timedelta(0))
    await queue.register_worker("alive", 1, lasting=MINUTE)

    assert len(await queue.enqueue(runs("a", 9))) == 1


async def test_more_than_the_allowed_number_may_not_wait(redis: Redis) -> None:
    queue = FairQueue(redis, Limits(waiting=2))
    await queue.enqueue(runs("a", 2))

    with pytest.raises(QueueFull, match="2 runs are waiting"):
        await queue.check_room()


async def test_the_place_is_the_turn_at_which_a_run_will_be_served(redis: Redis) -> None:
    queue = FairQueue(redis, Limits())
    waiting = [*runs("a", 6), *runs("b", 3), *runs("c", 1), *runs("x", 2, "low")]
    await queue.enqueue(waiting)
    normal = [run.run_id for run in waiting if run.priority == "normal"]

    places = {run_id: await queue.place(run_id) for run_id in normal}
    order = [run_id for run_id in await served(queue) if run_id in normal]

    assert [place.position for run_id in order if (place := places[run_id])] == list(range(1, 11))


async def test_the_estimate_comes_from_earlier_runs_of_the_graph(redis: Redis) -> None:
    queue = FairQueue(redis, Limits())
    await queue.enqueue(runs("a", 6))
    await queue.register_worker("w", 2, lasting=MINUTE)
    before = await queue.place("a-5")
    await queue.leave([("a-0", timedelta(seconds=10))])

    place = await queue.place("a-5")

    assert before is not None
    assert place is not None
    assert (before.seconds, place.position, place.seconds) == (None, 3, 20)


async def test_ten_thousand_runs_of_fifty_owners_are_served_evenly(redis: Redis) -> None:
    queue = FairQueue(redis, Limits())
    await queue.enqueue([run for number in range(50) for run in runs(f"u{number}", 200)])
    started = await queue.register_worker("w", 20, lasting=MINUTE)
    done: Counter[str] = Counter()
    widest = 0

    while started:
        done.update(run_id.split("-")[0] for run_id in started)
        counts = [done[f"u{number}"] for number in range(50)]
        widest = max(widest, max(counts) - min(counts))
        started = await queue.leave(ended(*started))

    assert done.total() == 10_000
    assert widest <= 1
    assert not await redis.exists(*keys.FAIR_QUEUE[:5])
