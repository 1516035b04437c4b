"""The runs that a process executes, and how they are stopped."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from server.keys import RunKey
from server.runs.held import HeldRun, HeldRuns
from server.runs.leases import Lease, Leases
from tests.fixtures.event_logs import HOUR, KEYS
from tests.fixtures.redis_servers import cut_off


@pytest.fixture
def lasting(redis: Redis) -> Leases:
    """Leases that do not lapse."""
    return Leases(redis, KEYS, duration=HOUR, keep=HOUR)


@pytest.fixture
async def lease(lasting: Leases, run: RunKey) -> Lease:
    return await lasting.claim(run, worker="here", floor=0)


@pytest.fixture
def held_runs(lasting: Leases) -> HeldRuns:
    return HeldRuns(lasting)


@pytest.fixture
async def held(held_runs: HeldRuns, lease: Lease) -> AsyncIterator[HeldRun]:
    """A run under way that nothing ends."""
    with held_runs.holding(lease) as held:
        held.task = asyncio.create_task(asyncio.Event().wait())
        yield held
        held.task.cancel()


async def test_a_wish_to_stop_that_no_message_carried_is_read_at_the_next_renewal(
    held_runs: HeldRuns, held: HeldRun, lasting: Leases, run: RunKey
) -> None:
    await lasting.request_stop(run, "rollback")

    await held_runs.renew()

    assert held.stop_reason == "rollback"
    assert held.task is not None
    await asyncio.wait([held.task])
    assert held.task.cancelled()


async def test_a_run_that_another_worker_took_is_stopped_at_the_next_renewal(
    held_runs: HeldRuns, held: HeldRun, lasting: Leases, lease: Lease
) -> None:
    await lasting.release(lease)
    await lasting.claim(lease.run, worker="elsewhere", floor=0)

    await held_runs.renew()

    assert held.stop_reason == "lost"


async def test_a_run_goes_on_while_redis_does_not_answer(
    held_runs: HeldRuns, held: HeldRun, redis: Redis
) -> None:
    await cut_off(redis)

    await held_runs.renew()

    assert held.stop_reason is None


async def test_draining_lets_a_run_end_its_step_and_cancels_it_after_the_grace(
    held_runs: HeldRuns, held: HeldRun
) -> None:
    await held_runs.drain(timedelta(milliseconds=10))

    assert held.control.drain_requested
    assert held.stop_reason == "hand_over"


async def test_a_run_that_begins_while_its_worker_drains_is_asked_to_stop_at_once(
    held_runs: HeldRuns, lease: Lease
) -> None:
    await held_runs.drain(timedelta(0))

    with held_runs.holding(lease) as late:
        assert late.control.drain_requested
