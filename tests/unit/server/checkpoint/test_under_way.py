"""Waiting for a saver's writes."""

import asyncio

from server.checkpoint.under_way import UnderWay


async def test_settled_waits_for_writes_that_were_asked_for_and_not_begun() -> None:
    under_way, gate, steps = UnderWay(), asyncio.Event(), list[str]()

    async def write() -> None:
        await gate.wait()
        steps.append("stored")

    async def settle() -> None:
        await under_way.settled()
        steps.append("settled")

    tracked = under_way.track(write())
    async with asyncio.TaskGroup() as group:
        group.create_task(settle())
        group.create_task(tracked)
        gate.set()

    assert steps == ["stored", "settled"]


async def test_a_write_that_fails_is_settled_and_raises_where_it_was_asked_for() -> None:
    under_way = UnderWay()

    async def write() -> None:
        raise ConnectionError("gone")

    results = await asyncio.gather(under_way.track(write()), under_way.settled(), return_exceptions=True)

    assert [type(result) for result in results] == [ConnectionError, type(None)]


async def test_a_write_that_was_given_up_before_it_began_is_not_waited_for() -> None:
    under_way = UnderWay()

    async def write() -> None:
        raise AssertionError("it was given up")

    writing = asyncio.create_task(under_way.track(write()))
    writing.cancel()
    await asyncio.wait({writing})
    del writing

    await under_way.settled()
