"""Changes of the schema keep what was there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from server.db.repositories import deliveries
from server.db.schema import revision
from server.db.session import open_database

MIGRATIONS = Path(__file__).parents[2] / "server" / "db" / "migrations"
DELIVERED = '{"attempts": 2, "delivered_at": "2024-06-01T12:00:05+00:00", "last_error": null}'
FAILED = '{"attempts": 1, "delivered_at": null, "last_error": "HTTP 500"}'


@pytest.fixture
async def empty_url(database_url: str) -> AsyncIterator[str]:
    """A database without tables."""
    if database_url.startswith("sqlite"):
        yield database_url
        return
    engine = create_async_engine(database_url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("CREATE DATABASE migrated"))
        yield database_url.replace("/postgres?", "/migrated?")
        await connection.execute(text("DROP DATABASE migrated WITH (FORCE)"))
    await engine.dispose()


async def run_on(url: str, change: Callable[[Connection], Any]) -> Any:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(change)
    finally:
        await engine.dispose()


def migrate(direction: Callable[[Config, str], None], revision: str) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        direction(config, revision)

    return change


ADD_THREAD = text("""
    INSERT INTO thread (thread_id, created_at, updated_at, state_updated_at, metadata, config, status)
    VALUES ('t', '2024-06-01', '2024-06-01', '2024-06-01', '{}', '{}', 'idle')
""")
ADD_RUN = text("""
    INSERT INTO run (run_id, thread_id, assistant_id, graph_id, created_at, updated_at, ended_at,
                     status, metadata, kwargs, delivery, attempt)
    VALUES (:run_id, 't', 'a', 'g', '2024-06-01 12:00:00', '2024-06-01 12:00:00', '2024-06-01 12:00:00',
            'success', '{}', :kwargs, :delivery, 1)
""")


def add_runs(connection: Connection) -> None:
    connection.execute(ADD_THREAD)
    told = {"delivered": DELIVERED, "failed": FAILED, "untold": None, "without": None}
    for run_id, delivery in told.items():
        kwargs = '{"webhook": null}' if run_id == "without" else '{"webhook": "http://x"}'
        connection.execute(ADD_RUN, {"run_id": run_id, "kwargs": kwargs, "delivery": delivery})


def deliveries_of_runs(connection: Connection) -> dict[str, Any]:
    return {row.run_id: row.delivery for row in connection.execute(text("SELECT run_id, delivery FROM run"))}


async def test_deliveries_move_out_of_their_runs_and_back(empty_url: str) -> None:
    await run_on(empty_url, migrate(command.upgrade, "0002"))
    await run_on(empty_url, add_runs)

    async with open_database(empty_url) as database, database.read() as session:
        moved = {d.run_id: d for d in await deliveries.search(session, limit=10)}

    assert {name: d.status for name, d in moved.items()} == {
        "delivered": "delivered",
        "failed": "pending",
        "untold": "pending",
    }
    assert [a["at"] for a in moved["delivered"].attempts] == [None, "2024-06-01T12:00:05+00:00"]
    assert [a["error"] for a in moved["failed"].attempts] == ["HTTP 500"]
    await run_on(empty_url, migrate(command.downgrade, "0002"))
    back = await run_on(empty_url, deliveries_of_runs)
    assert {name for name, delivery in back.items() if delivery} == {"delivered", "failed"}


def threads_and_runs(connection: Connection) -> tuple[int, int]:
    threads = connection.execute(text("SELECT count(*) FROM thread")).scalar_one()
    return threads, connection.execute(text("SELECT count(*) FROM run")).scalar_one()


async def test_threads_get_ttls_and_lose_them_again_without_losing_their_runs(empty_url: str) -> None:
    await run_on(empty_url, migrate(command.upgrade, "0002"))
    await run_on(empty_url, add_runs)

    await run_on(empty_url, migrate(command.upgrade, "0004"))
    upgraded = await run_on(empty_url, threads_and_runs)
    await run_on(empty_url, migrate(command.downgrade, "0003"))
    downgraded = await run_on(empty_url, threads_and_runs)

    assert upgraded == downgraded == (1, 4)


ADD_ACCOUNT = text("""
    INSERT INTO account (user_id, username, password_hash, role, is_active, session_epoch, created_at)
    VALUES ('u', 'ann', 'x', 'user', TRUE, 0, '2024-06-01')
""")


async def test_accounts_come_and_go_without_touching_threads(empty_url: str) -> None:
    await run_on(empty_url, migrate(command.upgrade, "0002"))
    await run_on(empty_url, add_runs)

    await run_on(empty_url, migrate(command.upgrade, "0007"))
    await run_on(empty_url, lambda connection: connection.execute(ADD_ACCOUNT) and None)
    await run_on(empty_url, migrate(command.downgrade, "0006"))

    assert await run_on(empty_url, threads_and_runs) == (1, 4)


async def test_processes_that_start_together_find_the_tables_made_once(empty_url: str) -> None:
    async def opened() -> None:
        async with open_database(empty_url) as database:
            await database.check()

    await asyncio.gather(*(opened() for _ in range(8)))


async def test_a_schema_that_is_up_to_date_is_not_migrated(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_database(empty_url):
        pass
    monkeypatch.delattr(command, "upgrade")

    async with open_database(empty_url) as database:
        await database.check()


def test_the_newest_revision_is_alembics() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert revision() == ScriptDirectory.from_config(config).get_current_head()


async def test_every_migration_goes_up_down_and_up_again(empty_url: str) -> None:
    await run_on(empty_url, migrate(command.upgrade, "head"))
    await run_on(empty_url, migrate(command.downgrade, "base"))
    left = await run_on(empty_url, lambda connection: set(inspect(connection).get_table_names()))
    await run_on(empty_url, migrate(command.upgrade, "head"))

    assert left <= {"alembic_version"}
