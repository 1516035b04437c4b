"""The database, on each kind of server that it may run on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from server.db.models import Run, Thread, now
from server.db.repositories import runs, threads
from server.db.session import Database, open_database
from tests.fixtures.postgresql import find_binaries, postgresql
from tools.errors import Conflict, NotFound


@pytest.fixture(scope="module")
def postgresql_url() -> Iterator[str]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed on this machine")
    with postgresql(binaries) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    else:
        url = request.getfixturevalue("postgresql_url")
    async with open_database(url) as database:
        yield database
        async with database.write() as session:
            for name in ("t", "other"):
                await threads.remove(session, name)


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


async def test_only_runs_whose_keeping_has_ended_expire(database: Database) -> None:
    past, future = now() - timedelta(hours=1), now() + timedelta(hours=1)
    await add(database, a_run("old", expires_at=past), a_run("new", expires_at=future), a_run("kept"))

    async with database.read() as session:
        assert await runs.expired(session, now()) == [("old", "t")]


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
