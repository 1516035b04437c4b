"""Crons on each kind of database, with a real queue; the clock is an argument."""

import asyncio
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from server.db.models import Cron, Run, Thread
from server.db.repositories import threads
from server.db.repositories.crons import CronFilter
from server.embedded_redis import embedded_redis
from server.runs.job import RunRequest
from server.runs.queue import open_queue
from server.runs.schedules import MAX_MADE_UP, CronChanges
from tests.fixtures.run_parts import RunParts, working
from tools.errors import InvalidInput, NotFound

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
REQUEST = RunRequest(assistant_id="agent", input={"messages": []})


async def hourly(parts: RunParts, request: RunRequest = REQUEST, **fields: Any) -> Cron:
    """A cron that is due at one, two, three..."""
    return await parts.schedules.create(request, **{"schedule": "0 * * * *", "moment": NOON} | fields)


async def runs_of(parts: RunParts) -> list[Run]:
    async with parts.database.read() as session:
        return list((await session.exec(select(Run))).all())


async def next_of(parts: RunParts, cron: Cron) -> datetime | None:
    return (await parts.schedules.get(cron.cron_id)).next_run_date


async def test_a_new_cron_is_due_at_its_next_moment(parts: RunParts) -> None:
    cron = await hourly(parts, schedule="30 7 * * *", timezone="Europe/Berlin")

    assert await next_of(parts, cron) == datetime(2024, 6, 2, 5, 30, tzinfo=UTC)


async def test_a_cron_with_seconds_is_due_to_the_second(parts: RunParts) -> None:
    cron = await hourly(parts, schedule="*/10 * * * * *")

    assert await next_of(parts, cron) == NOON + timedelta(seconds=10)


async def test_a_fire_creates_a_run_and_sets_the_next_moment(parts: RunParts) -> None:
    cron = await hourly(parts, RunRequest(assistant_id="agent", metadata={"a": 1}), metadata={"b": 2})

    run_id = await parts.schedules.fire(cron.cron_id, NOON + HOUR, moment=NOON + HOUR)

    (run,) = await runs_of(parts)
    assert (run.run_id, run.priority, run.status, run.owner) == (run_id, "low", "pending", "local")
    assert {"a": 1, "b": 2, "cron_id": cron.cron_id}.items() <= run.meta.items()
    assert run.kwargs["config"]["configurable"]["cron_id"] == cron.cron_id
    assert await next_of(parts, cron) == NOON + 2 * HOUR


@pytest.mark.parametrize(("after", "temporary"), [("delete", True), ("keep", False)])
async def test_a_runs_own_thread_is_kept_or_not(parts: RunParts, after: Any, temporary: bool) -> None:
    cron = await hourly(parts, on_run_completed=after)

    await parts.schedules.fire(cron.cron_id, NOON + HOUR, moment=NOON + HOUR)

    assert [run.kwargs["temporary"] for run in await runs_of(parts)] == [temporary]


async def test_a_threads_cron_runs_on_it_and_keeps_it(parts: RunParts) -> None:
    await parts.runs.create_thread(thread_id="t")
    cron = await hourly(parts, thread_id="t")

    await parts.schedules.fire(cron.cron_id, NOON + HOUR, moment=NOON + HOUR)

    assert [(run.thread_id, run.kwargs["temporary"]) for run in await runs_of(parts)] == [("t", False)]


async def test_a_threads_cron_goes_with_it(parts: RunParts) -> None:
    await parts.runs.create_thread(thread_id="t")
    cron = await hourly(parts, thread_id="t")

    await parts.remover.remove("t")

    with pytest.raises(NotFound):
        await parts.schedules.get(cron.cron_id)


async def test_a_message_for_another_moment_does_nothing(parts: RunParts) -> None:
    cron = await hourly(parts)

    assert await parts.schedules.fire(cron.cron_id, NOON + 2 * HOUR, moment=NOON + 2 * HOUR) is None
    assert await runs_of(parts) == []


async def test_many_schedulers_fire_once(parts: RunParts, own_redis_url: str) -> None:
    cron = await hourly(parts)
    async with open_queue(own_redis_url) as other_queue:
        crowd = [parts.schedules, parts.with_queue(other_queue)] * 5
        due = NOON + HOUR

        fired = await asyncio.gather(*(one.fire(cron.cron_id, due, moment=due) for one in crowd))

    assert len(await runs_of(parts)) == 1
    assert Counter(fired)[None] == 9


async def test_two_workers_without_a_beat_fire_every_moment_once(parts: RunParts, own_redis_url: str) -> None:
    fired: list[str] = []
    enough = asyncio.Event()

    async def ignore(*_: object) -> None: ...

    async def fire(cron_id: str, due: datetime) -> None:
        if run_id := await parts.schedules.fire(cron_id, due):
            fired.append(run_id)
        if len(fired) == 3:
            enough.set()

    async with open_queue(own_redis_url) as other_queue:
        first = working(parts.queue, execute=ignore, deliver=ignore, fire=fire, concurrency=5)
        second = working(other_queue, execute=ignore, deliver=ignore, fire=fire, concurrency=5)
        async with first, second, asyncio.timeout(30):
            await hourly(parts, schedule="* * * * * *", moment=None)
            await enough.wait()

    assert len(set(fired)) == len(fired)


async def test_a_message_that_was_lost_is_queued_again(parts: RunParts) -> None:
    arrived: asyncio.Queue[tuple[str, datetime]] = asyncio.Queue()

    async def ignore(*_: object) -> None: ...

    async def fire(cron_id: str, due: datetime) -> None:
        arrived.put_nowait((cron_id, due))

    cron = await hourly(parts)
    await parts.redis.flushdb()

    late = await parts.schedules.queue_due(moment=NOON + 2 * HOUR)

    async with (
        working(parts.queue, execute=ignore, deliver=ignore, fire=fire, concurrency=1),
        asyncio.timeout(30),
    ):
        assert await arrived.get() == (cron.cron_id, NOON + HOUR)
    assert late == 1


async def test_a_paused_cron_does_not_fire(parts: RunParts) -> None:
    cron = await hourly(parts)

    await parts.schedules.update(cron.cron_id, {"enabled": False}, moment=NOON)

    assert await next_of(parts, cron) == NOON + HOUR
    assert await parts.schedules.fire(cron.cron_id, NOON + HOUR, moment=NOON + HOUR) is None
    assert await parts.schedules.queue_due(moment=NOON + 3 * HOUR) == 0


async def test_a_resumed_cron_does_not_make_up_for_its_pause(parts: RunParts) -> None:
    cron = await hourly(parts, enabled=False, missed="all")

    await parts.schedules.update(cron.cron_id, {"enabled": True}, moment=NOON + timedelta(hours=5, minutes=1))

    assert await next_of(parts, cron) == NOON + 6 * HOUR


async def test_a_cron_fires_last_at_its_end(parts: RunParts) -> None:
    cron = await hourly(parts, end_time=NOON + HOUR)

    assert await parts.schedules.fire(cron.cron_id, NOON + HOUR, moment=NOON + HOUR)
    assert await next_of(parts, cron) is None


async def test_an_end_in_another_zone_is_the_same_moment(parts: RunParts) -> None:
    cron = await hourly(parts, end_time=datetime.fromisoformat("2024-06-01T15:00:00+02:00"))

    assert (await parts.schedules.get(cron.cron_id)).end_time == NOON + HOUR


async def test_a_cron_that_ends_before_it_fires_is_refused(parts: RunParts) -> None:
    with pytest.raises(InvalidInput, match="end_time"):
        await hourly(parts, end_time=NOON + timedelta(minutes=59))


async def fire_all_due(parts: RunParts, cron: Cron, moment: datetime) -> int:
    """Fire a cron as a worker would that comes back at this moment; returns how many runs there are then."""
    while (due := await next_of(parts, cron)) is not None and due <= moment:
        await parts.schedules.fire(cron.cron_id, due, moment=moment)
    return len(await runs_of(parts))


@pytest.mark.parametrize(("missed", "runs"), [("skip", 0), ("once", 1), ("all", 5)])
async def test_what_was_missed_follows_the_policy(parts: RunParts, missed: Any, runs: int) -> None:
    cron = await hourly(parts, missed=missed)

    assert await fire_all_due(parts, cron, NOON + timedelta(hours=5, minutes=30)) == runs
    assert await next_of(parts, cron) == NOON + 6 * HOUR


async def test_a_fire_within_a_minute_is_not_missed(parts: RunParts) -> None:
    cron = await hourly(parts, missed="skip")

    assert await fire_all_due(parts, cron, NOON + HOUR + timedelta(seconds=59)) == 1


async def test_making_up_for_all_is_bounded(parts: RunParts) -> None:
    cron = await hourly(parts, missed="all", schedule="* * * * *")

    assert await fire_all_due(parts, cron, NOON + timedelta(days=30)) == MAX_MADE_UP


async def test_what_was_missed_before_the_end_is_made_up_for(parts: RunParts) -> None:
    cron = await hourly(parts, missed="all", end_time=NOON + 3 * HOUR)

    assert await fire_all_due(parts, cron, NOON + timedelta(days=30)) == 3


async def rename(parts: RunParts, before: str, after: str) -> None:
    async with parts.database.write() as session:
        await (await session.connection()).execute(text(f"ALTER TABLE {before} RENAME TO {after}"))


async def test_a_fire_that_breaks_off_is_still_due(parts: RunParts) -> None:
    cron = await hourly(parts)
    await rename(parts, "run", "away")
    with pytest.raises(DBAPIError):
        await parts.schedules.fire(cron.cron_id, NOON + HOUR, moment=NOON + HOUR)
    await rename(parts, "away", "run")

    assert await next_of(parts, cron) == NOON + HOUR
    assert await fire_all_due(parts, cron, NOON + HOUR) == 1


async def test_a_fire_that_is_lost_after_its_commit_is_not_repeated(parts: RunParts, tmp_path: Path) -> None:
    cron = await hourly(parts)
    with ExitStack() as stack:
        url = stack.enter_context(embedded_redis(tmp_path / "redis"))
        async with open_queue(url) as queue:
            stack.close()  # nobody can be told of the run
            firing = asyncio.create_task(
                parts.with_queue(queue).fire(cron.cron_id, NOON + HOUR, moment=NOON + HOUR)
            )
            while not await runs_of(parts):  # noqa: ASYNC110 - a commit rings no bell
                await asyncio.sleep(0)
            firing.cancel()
            await asyncio.wait([firing])

    assert await parts.schedules.fire(cron.cron_id, NOON + HOUR, moment=NOON + HOUR) is None
    assert len(await runs_of(parts)) == 1
    assert await parts.runs.recover() == 1


async def test_a_fire_whose_clock_was_set_back_is_not_doubled(parts: RunParts) -> None:
    cron = await hourly(parts)
    await parts.schedules.fire(cron.cron_id, NOON + HOUR, moment=NOON + HOUR)
    await parts.schedules.update(cron.cron_id, {"schedule": "0 */1 * * *"}, moment=NOON)

    await parts.schedules.fire(cron.cron_id, NOON + HOUR, moment=NOON + HOUR)

    assert len(await runs_of(parts)) == 1
    assert await next_of(parts, cron) == NOON + 2 * HOUR


async def test_a_fire_on_a_busy_thread_that_rejects_is_passed_over(parts: RunParts) -> None:
    await parts.runs.create_thread(thread_id="t")
    await parts.runs.create_run(REQUEST, thread_id="t")
    cron = await hourly(parts, RunRequest(assistant_id="agent", multitask_strategy="reject"), thread_id="t")

    assert await fire_all_due(parts, cron, NOON + HOUR) == 1
    assert await next_of(parts, cron) == NOON + 2 * HOUR


async def test_changes_leave_the_rest(parts: RunParts) -> None:
    cron = await hourly(parts, metadata={"a": 1})

    await parts.schedules.update(
        cron.cron_id, {"request": {"input": {"x": 1}}, "metadata": {"b": 2}}, moment=NOON + 3 * HOUR
    )

    changed = await parts.schedules.get(cron.cron_id)
    assert (changed.meta, changed.payload["input"]) == ({"a": 1, "b": 2}, {"x": 1})
    assert changed.payload["stream_mode"] == ["values"]
    assert changed.next_run_date == NOON + HOUR


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "Nothing to change"),
        ({"schedule": "61 * * * *"}, "schedule"),
        ({"timezone": "Mars"}, "timezone"),
        ({"end_time": NOON}, "end_time"),
        ({"request": {"assistant_id": "slow"}}, "assistant_id"),
        ({"request": {"owner": "somebody"}}, "owner"),
        ({"request": {"nonsense": 1}}, "nonsense"),
        ({"request": {"webhook": "ftp://x"}}, "callback"),
    ],
    ids=str,
)
async def test_changes_that_cannot_be_made_change_nothing(
    parts: RunParts, changes: CronChanges, says: str
) -> None:
    cron = await hourly(parts)

    with pytest.raises(InvalidInput, match=says):
        await parts.schedules.update(cron.cron_id, changes, moment=NOON)

    assert await parts.schedules.get(cron.cron_id) == cron


async def test_a_deleted_cron_does_not_fire(parts: RunParts) -> None:
    cron = await hourly(parts)

    await parts.schedules.delete(cron.cron_id)

    assert await parts.schedules.fire(cron.cron_id, NOON + HOUR, moment=NOON + HOUR) is None
    with pytest.raises(NotFound):
        await parts.schedules.get(cron.cron_id)


async def test_an_unknown_assistant_or_thread_is_refused(parts: RunParts) -> None:
    with pytest.raises(InvalidInput):
        await hourly(parts, RunRequest(assistant_id="nobody"))
    with pytest.raises(NotFound):
        await hourly(parts, thread_id=str(uuid4()))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (CronFilter(), ["b", "a"]),
        (CronFilter(enabled=True), ["a"]),
        (CronFilter(thread_id="t"), ["b"]),
        (CronFilter(metadata={"deep": {"n": 1}}), ["a"]),
        (CronFilter(metadata={"deep": {"n": True}}), []),
        (CronFilter(owner="somebody"), []),
    ],
    ids=str,
)
async def test_crons_are_found_by_their_fields(parts: RunParts, wanted: CronFilter, found: list[str]) -> None:
    async with parts.database.write() as session:
        await threads.add(session, Thread(thread_id="t"))
    await hourly(parts, metadata={"name": "a", "deep": {"n": 1, "m": 2}})
    await hourly(parts, metadata={"name": "b"}, thread_id="t", enabled=False)

    page = await parts.schedules.search(wanted)

    assert [cron.meta["name"] for cron in page] == found
    assert await parts.schedules.count(wanted) == len(found)
    assert await parts.schedules.search(wanted, limit=1, offset=1) == page[1:2]
