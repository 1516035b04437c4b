"""The database on each kind of server that it may run on, and event logs."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import create_async_engine

from server.db.models import Blob, Cron, File, FileUsage, ModelUsage, Removal, Thread, Upload
from server.db.session import Database, open_database
from server.keys import RunKey
from server.runs.leases import Leases
from server.stream.broker import EventBroker, open_broker
from server.stream.log import RunLog
from tests.fixtures.event_logs import HOUR, KEYS, new_run, opened
from tests.fixtures.migrated import make_tables
from tests.fixtures.postgresql import find_binaries, postgresql
from tests.fixtures.run_parts import RunParts, run_parts


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL of this test session's own."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed on this machine")
    with postgresql(binaries) as url:
        yield url


@pytest.fixture
def empty_postgresql_url(postgresql_url: str) -> Iterator[str]:
    """A database of its own, without tables."""
    name = f"test_{uuid4().hex}"

    async def ask(statement: str) -> None:
        engine = create_async_engine(postgresql_url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.exec_driver_sql(statement)
        await engine.dispose()

    asyncio.run(ask(f"CREATE DATABASE {name}"))
    yield postgresql_url.replace("/postgres?", f"/{name}?")
    asyncio.run(ask(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database of this kind is."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'scriptorium.db'}"
    return request.getfixturevalue("postgresql_url")


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A database without rows."""
    make_tables(tmp_path)
    async with open_database(database_url) as database:
        yield database
        async with database.write() as session:
            for table in (Cron, Thread, Removal, File, Blob, FileUsage, Upload, ModelUsage):
                await session.exec(delete(table))  # the rest goes with its thread


@pytest.fixture
def own_redis_url(redis_url: str) -> str:
    """A Redis database that nothing else uses."""
    return f"{redis_url}{'&' if '?' in redis_url else '?'}db=9"


@pytest.fixture
async def parts(database: Database, own_redis_url: str, tmp_path: Path) -> AsyncIterator[RunParts]:
    """What keeps runs, put together."""
    async with run_parts(database, own_redis_url, tmp_path / "files") as parts:
        yield parts


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of the session's server."""
    async with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
async def broker(redis: Redis) -> AsyncIterator[EventBroker]:
    """A broker on the session's server."""
    async with open_broker(redis, KEYS, keep=HOUR) as broker:
        yield broker


@pytest.fixture
def leases(redis: Redis) -> Leases:
    """Leases that lapse at once: they only fence."""
    return Leases(redis, KEYS, duration=timedelta(0), keep=HOUR)


@pytest.fixture
def run() -> RunKey:
    """A run that nobody has seen before."""
    return new_run()


@pytest.fixture
async def log(broker: EventBroker, leases: Leases, run: RunKey) -> RunLog:
    """The log of that run, which a worker has just claimed."""
    return await opened(broker, leases, run)
