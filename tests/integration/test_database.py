"""The database, on each kind of server that it may run on."""

import asyncio
from datetime import timedelta

import pytest

from server.db.models import Run, Thread, now
from server.db.repositories import removals, runs, threads
from server.db.session import Database
from tools.errors import Conflict, NotFound


def a_run(run_id: str, *, status: str = "pending", **fields: object) -> Run:
    return Run.model_validate(
        {"run_id": run_id, "thread_id": "t", "assistant_id": "a", "graph_id": "g", "status": status} | fields
    )


async def add(database: Database, *rows: Run) -> None:
    async with database.write() as session:
        await threads.add(session, Thread(thread_id="t"), keep_existing=True)
        session.add_all(rows)


async def test_a_thread_id_can_be_taken_only_once(database: Database) -> None:
    await add(database)

    with pytest.raises(Conflict):
        async with database.write() as session:
            await threads.add(session, Thread(thread_id="t"))


async def test_times_keep_their_zone(database: Database) -> None:
    await add(database, a_run("r"))

    async with database.read() as session:
        created = (await runs.get(session, "r")).created_at

    assert created.utcoffset() == timedelta(0)


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    async def fail_after_adding() -> None:
        async with database.write() as session:
            await threads.add(session, Thread(thread_id="t"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_adding()

    async with database.read() as session:
        with pytest.raises(NotFound):
            await threads.get(session, "t")


async def test_the_next_run_of_a_thread_is_its_oldest_unfinished_one(database: Database) -> None:
    late = now() + timedelta(seconds=1)
    await add(
        database, a_run("r1", status="success"), a_run("r3", created_at=late), a_run("r2", status="running")
    )

    async with database.read() as session:
        following = await runs.next_of_thread(session, "t")
        first = await runs.first_of_threads(session)

    assert following is not None
    assert following.run_id == "r2"
    assert [run.run_id for run in first if run.thread_id == "t"] == ["r2"]


async def test_a_run_belongs_to_its_thread_only(database: Database) -> None:
    await add(database, a_run("r"))

    async with database.read() as session:
        with pytest.raises(NotFound):
            await runs.get(session, "r", thread_id="other")


async def test_removing_a_thread_removes_its_runs(database: Database) -> None:
    await add(database, a_run("r"))

    async with database.write() as session:
        await threads.remove(session, "t")

    async with database.read() as session:
        with pytest.raises(NotFound):
            await runs.get(session, "r")


async def test_a_thread_expires_when_the_keeping_of_its_run_has_ended(database: Database) -> None:
    past, future = now() - timedelta(hours=1), now() + timedelta(hours=1)
    for name, expires in (("old", past), ("new", future), ("kept", None)):
        run = a_run(name, status="success", expires_at=expires)
        run.thread_id = name
        async with database.write() as session:
            await threads.add(session, Thread(thread_id=name))
            session.add(run)

    async with database.read() as session:
        assert await removals.expired_threads(session, now(), limit=10) == ["old"]


@pytest.mark.parametrize(
    ("error", "interrupted", "expected"),
    [(None, False, "idle"), (None, True, "interrupted"), ({"error": "X", "message": ""}, True, "error")],
)
async def test_a_threads_status_follows_its_last_run(
    database: Database, error: dict[str, str] | None, interrupted: bool, expected: str
) -> None:
    await add(database, a_run("r", status="success"))

    async with database.write() as session:
        thread = await threads.get(session, "t")
        await threads.settle(session, thread, error=error, interrupted=interrupted)

    assert thread.status == expected


async def test_a_thread_with_another_run_ahead_is_busy(database: Database) -> None:
    await add(database, a_run("r"))

    async with database.write() as session:
        thread = await threads.get(session, "t")
        await threads.settle(session, thread, error=None, interrupted=False)

    assert thread.status == "busy"


async def test_writers_queue_instead_of_failing(database: Database) -> None:
    await add(database, a_run("r"))

    async def count_up() -> None:
        async with database.write() as session:
            run = await runs.get(session, "r", lock=True)
            run.attempt += 1

    await asyncio.gather(*(count_up() for _ in range(30)))

    async with database.read() as session:
        assert (await runs.get(session, "r")).attempt == 30


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_writers_take_turns_in_the_order_in_which_they_came(database: Database) -> None:
    await add(database, a_run("r"))
    served: list[int] = []

    async def write(number: int) -> None:
        async with database.write() as session:
            await runs.get(session, "r", lock=True)
            served.append(number)
            await asyncio.sleep(0.002)

    for number in range(10):
        for waiting in [asyncio.create_task(write(10 * number + at)) for at in range(10)]:
            await waiting

    assert served == sorted(served)
