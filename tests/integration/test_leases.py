"""Leases in a real Redis: one worker at a time, and epochs that only grow."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from server.keys import RunKey, RunKeys
from server.runs.leases import Lease, LeaseHeld, Leases

KEYS = RunKeys()
HOUR = timedelta(hours=1)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def leases(redis: Redis) -> Leases:
    return Leases(redis, KEYS, duration=HOUR, keep=HOUR)


@pytest.fixture
def brief(redis: Redis) -> Leases:
    """Leases that have lapsed as soon as they are given."""
    return Leases(redis, KEYS, duration=timedelta(0), keep=HOUR)


@pytest.fixture
def run() -> RunKey:
    return RunKey(str(uuid4()), str(uuid4()))


async def test_a_thread_is_given_to_one_worker_at_a_time(leases: Leases, run: RunKey) -> None:
    await leases.claim(run, worker="a", floor=0)

    with pytest.raises(LeaseHeld) as held:
        await leases.claim(RunKey(run.thread_id, "another"), worker="b", floor=0)

    assert held.value.run_id == run.run_id
    assert HOUR - timedelta(minutes=1) < held.value.left <= HOUR


async def test_each_lease_has_a_greater_epoch_than_the_one_before(leases: Leases, run: RunKey) -> None:
    epochs: list[int] = []
    for _ in range(3):
        lease = await leases.claim(run, worker="a", floor=0)
        epochs.append(lease.epoch)
        await leases.release(lease)

    assert epochs == [1, 2, 3]


async def test_the_epoch_is_above_what_the_database_knows_when_redis_forgot(
    leases: Leases, run: RunKey
) -> None:
    lease = await leases.claim(run, worker="a", floor=41)

    assert lease.epoch == 42


async def test_a_lapsed_lease_that_nobody_took_is_held_again(
    leases: Leases, brief: Leases, run: RunKey
) -> None:
    lease = await brief.claim(run, worker="a", floor=0)

    assert await leases.renew([lease]) == {lease: "held"}
    with pytest.raises(LeaseHeld):
        await leases.claim(run, worker="b", floor=0)


async def test_renewal_tells_which_leases_were_lost_and_which_runs_are_cancelled(
    leases: Leases, brief: Leases, run: RunKey
) -> None:
    lost = await brief.claim(run, worker="a", floor=0)
    taken = await leases.claim(run, worker="b", floor=0)
    other = RunKey(str(uuid4()), str(uuid4()))
    kept = await leases.claim(other, worker="b", floor=0)
    assert await leases.request_stop(other, "rollback")

    assert await leases.renew([lost, taken, kept]) == {lost: "lost", taken: "held", kept: "rollback"}


async def test_a_worker_that_was_replaced_cannot_give_the_lease_back(
    leases: Leases, brief: Leases, run: RunKey
) -> None:
    zombie = await brief.claim(run, worker="a", floor=0)
    await leases.claim(run, worker="b", floor=0)

    await leases.release(zombie)

    with pytest.raises(LeaseHeld):
        await leases.claim(run, worker="c", floor=0)


async def test_a_wish_to_stop_reaches_only_a_run_that_a_living_worker_has(
    leases: Leases, brief: Leases, run: RunKey
) -> None:
    assert not await leases.request_stop(run, "interrupt")
    await brief.claim(run, worker="a", floor=0)
    assert not await leases.request_stop(run, "interrupt")
    await leases.claim(run, worker="b", floor=0)
    assert not await leases.request_stop(RunKey(run.thread_id, "another"), "interrupt")
    assert await leases.request_stop(run, "interrupt")


async def test_a_wish_to_stop_survives_a_take_over_but_not_the_run(
    leases: Leases, brief: Leases, run: RunKey
) -> None:
    await leases.claim(run, worker="a", floor=0)
    await leases.request_stop(run, "interrupt")
    lease = Lease(run, 1)
    await brief.renew([lease])

    taken = await brief.claim(run, worker="b", floor=0)
    next_run = RunKey(run.thread_id, "next")

    assert await brief.renew([taken]) == {taken: "interrupt"}
    following = await leases.claim(next_run, worker="b", floor=0)
    assert await leases.renew([following]) == {following: "held"}


async def test_runs_of_dead_workers_are_known_as_unheld(leases: Leases, brief: Leases, run: RunKey) -> None:
    alive, never = (RunKey(str(uuid4()), str(uuid4())) for _ in range(2))
    await brief.claim(run, worker="dead", floor=0)
    await leases.claim(alive, worker="alive", floor=0)

    assert await leases.unheld([run, alive, never]) == [run, never]


async def test_the_threads_history_names_each_run_once_in_order(
    leases: Leases, brief: Leases, redis: Redis, run: RunKey
) -> None:
    await redis.delete(KEYS.history(run.thread_id))
    await brief.claim(run, worker="a", floor=0)
    await redis.xadd(KEYS.events(run), {"d": "x"})
    await brief.claim(run, worker="b", floor=0)
    await brief.claim(RunKey(run.thread_id, "second"), worker="b", floor=0)

    entries = await redis.xrange(KEYS.history(run.thread_id))

    assert [fields[b"run"] for _, fields in entries] == [run.run_id.encode(), b"second"]


async def test_what_is_known_of_a_thread_expires_after_its_last_run(
    leases: Leases, redis: Redis, run: RunKey
) -> None:
    lease = await leases.claim(run, worker="a", floor=0)
    assert await redis.ttl(KEYS.lease(run.thread_id)) == -1

    await leases.release(lease)

    assert 0 < await redis.ttl(KEYS.lease(run.thread_id)) <= HOUR.total_seconds()
