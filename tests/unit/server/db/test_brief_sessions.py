"""Brief transactions on SQLite: they are at home in the event loop, and hold it up for nobody."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from server.db import session as database_module
from server.db.brief_sessions import BriefSessions
from server.db.models import Thread
from server.db.repositories import threads
from server.db.session import Database, open_database
from tools.errors import NotFound


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "database"


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    async with open_database(f"sqlite+aiosqlite:///{file}") as opened:
        yield opened


async def add(database: Database, thread_id: str) -> None:
    async with database.write(brief=True) as session:
        await threads.add(session, Thread(thread_id=thread_id))


async def is_there(database: Database, thread_id: str, *, brief: bool) -> bool:
    async with database.read(brief=brief) as session:
        try:
            await threads.get(session, thread_id)
        except NotFound:
            return False
        return True


@pytest.mark.parametrize("brief", [True, False])
async def test_what_a_brief_transaction_commits_is_seen_by_all_kinds(database: Database, brief: bool) -> None:
    await add(database, "t")

    assert await is_there(database, "t", brief=brief)


async def test_a_brief_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def fail_after_adding() -> None:
        async with database.write(brief=True) as session:
            await threads.add(session, Thread(thread_id="t"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_adding()

    assert not await is_there(database, "t", brief=True)
    await add(database, "t")  # and holds nothing


async def test_the_loop_goes_on_while_another_process_writes(database: Database, file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    adding = asyncio.create_task(add(database, "t"))

    while not adding.done() and other.in_transaction:
        await asyncio.sleep(0)
        if await is_there(database, "t", brief=True):
            raise AssertionError("it was written beside the other writer")
        other.commit()
    await adding
    other.close()

    assert await is_there(database, "t", brief=True)


async def test_a_writer_that_never_ends_is_not_waited_for_for_ever(database: Database, file: Path) -> None:
    await add(database, "t")
    impatient = BriefSessions(make_url(f"sqlite:///{file}"), lambda _: None, patience=0)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        async with impatient.write():
            pass

    other.close()
    impatient.close()


async def test_the_log_of_writes_is_brought_into_the_file(
    database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "COMMITS", 5)

    def size() -> int:
        return file.stat().st_size

    before, number = size(), 0
    while size() == before:  # while the database is open: whoever closes it brings all of it
        await add(database, f"thread-{(number := number + 1)}")
