"""What a process leaves that dies while one run displaces another, and who finishes it."""

import asyncio
from datetime import timedelta
from typing import Any, cast

import pytest

from server.db.models import Run, now
from server.keys import RunKey
from server.resources import Resources
from server.runs.job import RunRequest
from server.worker import Watch
from tests.fixtures.redis_servers import cut_off
from tests.fixtures.run_parts import RunParts
from tools.errors import NotFound

LATER = RunRequest(assistant_id="agent", if_not_exists="create", after_seconds=3600)
AGENT = RunRequest(assistant_id="agent", input={"messages": [["user", "hi"]]}, if_not_exists="create")
THREAD = "t"


async def accepted(parts: RunParts, request: RunRequest = AGENT) -> Run:
    return await parts.runs.create_run(request, thread_id=THREAD)


async def changed(parts: RunParts, run: Run, **fields: Any) -> None:
    """Set what another process has committed."""
    async with parts.database.write() as session:
        row = await session.get(Run, run.run_id)
        assert row is not None
        for name, value in fields.items():
            setattr(row, name, value)


async def steps(parts: RunParts) -> list[str]:
    graph: Any = await parts.runs.catalog.find("agent").source.get()
    return (await graph.aget_state({"configurable": {"thread_id": THREAD}})).values["steps"]


async def test_a_run_starts_from_before_one_whose_rollback_was_not_finished(parts: RunParts) -> None:
    first = await accepted(parts)
    await parts.executor.execute(first.run_id)
    await changed(parts, first, status="interrupted", cancel_action="rollback")

    second = await accepted(parts)
    await parts.executor.execute(second.run_id)

    assert await steps(parts) == ["model", "after"]
    with pytest.raises(NotFound):
        await parts.runs.run(first.run_id)


async def test_a_run_that_was_given_word_before_it_began_does_nothing(parts: RunParts) -> None:
    first = await accepted(parts)
    second = await accepted(parts)
    await changed(parts, first, cancel_action="interrupt")

    await parts.executor.execute(first.run_id)
    await parts.executor.execute(second.run_id)

    assert (await parts.runs.run(first.run_id)).status == "interrupted"
    assert await steps(parts) == ["model", "after"]


async def test_a_living_worker_is_told_again_to_stop(parts: RunParts) -> None:
    run = await accepted(parts)
    lease = await parts.leases.claim(RunKey(THREAD, run.run_id), worker="another", floor=0)
    await changed(parts, run, status="running", cancel_action="rollback")

    await parts.runs.recover()

    assert await parts.leases.renew([lease]) == {lease: "rollback"}


async def test_a_rollback_is_not_weakened_by_an_interrupt(parts: RunParts) -> None:
    first = await accepted(parts)
    await changed(parts, first, cancel_action="rollback")

    await accepted(parts, RunRequest(assistant_id="agent", multitask_strategy="interrupt"))

    with pytest.raises(NotFound):
        await parts.runs.run(first.run_id)


async def test_a_run_for_later_is_queued_when_it_is_due_though_its_message_was_lost(parts: RunParts) -> None:
    run = await accepted(parts, LATER)
    early = await parts.runs.recover()
    await changed(parts, run, created_at=now() - timedelta(seconds=1))

    assert (early, await parts.runs.recover()) == (0, 1)
    assert [key.run_id for key in await parts.runs.dispatcher.fair_queue.active()] == [run.run_id]


async def test_a_run_whose_time_has_come_waits_for_the_one_before_it(parts: RunParts) -> None:
    later = await accepted(
        parts, RunRequest(assistant_id="agent", if_not_exists="create", after_seconds=3600)
    )
    first = await accepted(parts)

    await changed(parts, later, created_at=now())
    await parts.runs.enter(later.run_id)

    assert [key.run_id for key in await parts.runs.dispatcher.fair_queue.active()] == [first.run_id]


async def test_a_worker_is_told_to_stop_once_redis_takes_the_word(parts: RunParts) -> None:
    run = await accepted(parts)
    key = RunKey(THREAD, run.run_id)
    lease = await parts.leases.claim(key, worker="another", floor=0)
    await changed(parts, run, status="running")
    redis: Any = parts.redis
    await redis.config_resetstat()
    await redis.config_set("maxmemory", 1)  # it refuses to write
    try:
        assert await parts.runs.canceller.cancel(run.run_id)
        while "OOM" not in str(await redis.info("errorstats")):
            pass
    finally:
        await redis.config_set("maxmemory", 0)

    async with asyncio.timeout(60):
        while await parts.leases.renew([lease]) != {lease: "interrupt"}:
            pass
    await parts.leases.release(lease)
    while not await parts.runs.is_finished(run.run_id):
        pass

    assert (await parts.runs.run(run.run_id)).status == "interrupted"


async def test_a_process_that_stops_sees_no_cancellation_through_any_more(parts: RunParts) -> None:
    run = await accepted(parts)
    lease = await parts.leases.claim(RunKey(THREAD, run.run_id), worker="another", floor=0)
    await changed(parts, run, status="running")
    before = asyncio.all_tasks()
    assert await parts.runs.canceller.cancel(run.run_id)

    await parts.runs.canceller.close()

    assert asyncio.all_tasks() <= before
    await parts.leases.release(lease)


async def test_a_worker_leaves_though_redis_does_not_answer(parts: RunParts) -> None:
    resources = cast("Resources", parts.runs)  # of which it needs the dispatcher
    watch = Watch(resources=resources, name="one", slots=1, lease=timedelta(seconds=30))
    await cut_off(parts.redis)

    await watch.leave()

    assert watch.slots == 0
