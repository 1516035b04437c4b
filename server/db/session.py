"""The database: opened once, migrated at start, used in short transactions."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext
from time import monotonic
from typing import Any, cast

from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.orm import configure_mappers
from sqlalchemy.pool import QueuePool
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.brief_sessions import BriefSessions
from server.db.containment import holds_text
from server.db.schema import migrate
from server.db.sqlite_trips import one_trip
from server.db.visibility import Sighted

CONNECTIONS, OVERFLOW = 5, 10  # of one process
BUSY_TIMEOUT = 30  # seconds that SQLite waits for another writer
COMMITS = 250  # brief ones, after which what they wrote is brought from SQLite's log into its file
LAST_RETURN = 5  # seconds that connections get to come back before the database is closed


class _Session(AsyncSession):
    sync_session_class = Sighted


class Database:
    """Transactions on the service's database.

    Each transaction is short and holds its connection only while it runs; nothing streams inside one.
    On SQLite, which has one writer at a time and lets those who wait try at random, the writers of a process
    take turns in the order in which they came.

    A transaction is brief when all its statements find their rows by keys or indexes, and when it uses of
    its session nothing but ``exec``, ``get``, ``add``, ``delete`` and ``flush``: on SQLite it is executed
    where it is asked then (see brief_sessions.py).

    Args:
        engine: Of SQLAlchemy.
        brief: Where brief transactions are executed, if they are not like others.
    """

    def __init__(self, engine: AsyncEngine, brief: BriefSessions | None = None) -> None:
        self._engine = engine
        self._writing = engine.execution_options(writes=True)
        self._brief = brief
        self._turn = asyncio.Lock() if engine.dialect.name == "sqlite" else nullcontext()
        self._bringing: asyncio.Task[None] | None = None

    async def check(self) -> None:
        """Ask the database for an answer; raises SQLAlchemy's error when there is none."""
        async with self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def compact(self) -> None:
        """Let nothing of removed rows stay in SQLite's files. PostgreSQL's autovacuum does this by itself."""
        if self._engine.dialect.name != "sqlite":
            return
        async with self._turn, self._engine.connect() as connection:
            await connection.exec_driver_sql("VACUUM")
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[AsyncConnection]:
        """A connection whose queries all see the database as of one moment."""
        async with self._engine.connect() as connection:
            if self._engine.dialect.name == "sqlite":
                await connection.exec_driver_sql("BEGIN")
            else:
                await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
            if self._engine.dialect.name == "sqlite":
                await connection.exec_driver_sql("ROLLBACK")

    @asynccontextmanager
    async def read(self, *, brief: bool = False) -> AsyncGenerator[AsyncSession]:
        """A session that only reads."""
        if brief and self._brief is not None:
            async with self._brief.read() as session:
                yield session
        else:
            async with _Session(self._engine, expire_on_commit=False) as session:
                yield session

    @asynccontextmanager
    async def write(self, *, brief: bool = False) -> AsyncGenerator[AsyncSession]:
        """A session whose changes are committed at the end of the block, or not at all."""
        if brief and self._brief is not None:
            async with self._turn, self._brief.write() as session:
                yield session
            if self._brief.commits % COMMITS == 0 and self._bringing is None:
                self._bringing = asyncio.create_task(self._bring())
        else:
            async with (
                self._turn,
                _Session(self._writing, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session

    async def _bring(self) -> None:
        """Bring what was written from SQLite's log into its file, in a thread, for it waits for the disk."""
        try:
            async with self._engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            self._bringing = None

    async def close(self) -> None:
        """Wait for what is under way, and close all connections."""
        if self._bringing is not None:
            await asyncio.wait((self._bringing,))
        if self._brief is not None:
            self._brief.close()
        await _returned(self._engine)
        await self._engine.dispose()


@asynccontextmanager
async def open_database(
    url: str, *, connections: int = CONNECTIONS, overflow: int = OVERFLOW
) -> AsyncGenerator[Database]:
    """Connect, bring the schema up to date, and disconnect at the end.

    Args:
        url: An SQLAlchemy URL, ``sqlite+aiosqlite:///...`` or ``postgresql+asyncpg://...``.
        connections: How many are kept open.
        overflow: How many more are opened in bursts.
    """
    engine = create_async_engine(url, pool_size=connections, max_overflow=overflow)
    brief = None
    if engine.dialect.name == "sqlite":
        _tame_sqlite(engine)
        brief = BriefSessions(engine.url, _prepare, patience=BUSY_TIMEOUT)
    database = Database(engine, brief)
    try:
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.run_sync(migrate)
        configure_mappers()  # here: it takes a third of a second, which the first statement would wait
        yield database
    finally:
        await database.close()


async def _returned(engine: AsyncEngine) -> None:
    """Wait for the connections of cancelled tasks: SQLAlchemy gives these back in tasks of its own."""
    pool = cast("QueuePool", engine.pool)
    deadline = monotonic() + LAST_RETURN
    while pool.checkedout() and monotonic() < deadline:  # noqa: ASYNC110 - a pool tells of no return
        await asyncio.sleep(0.01)


def _tame_sqlite(engine: AsyncEngine) -> None:
    """Let readers and one writer work side by side, and let writers queue instead of failing.

    A transaction that will write says so at once: SQLite refuses to turn a read transaction into a write
    transaction while another one writes, whatever the time-out. What only reads needs none: each query sees
    what is committed by then, as it does on PostgreSQL, and saves the trips of BEGIN to SQLite's thread.
    """

    @event.listens_for(engine.sync_engine, "do_connect")
    def connect(dialect: Any, _: object, args: Any, kwargs: Any) -> object:  # pyright: ignore[reportUnusedFunction] - SQLAlchemy calls it
        return one_trip(dialect.connect(*args, **kwargs | {"check_same_thread": False}))

    @event.listens_for(engine.sync_engine, "connect")
    def configure(dbapi_connection: Any, _: object) -> None:  # pyright: ignore[reportUnusedFunction] - SQLAlchemy calls it
        _prepare(dbapi_connection)

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction] - SQLAlchemy calls it
        if connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare(connection: sqlite3.Connection) -> None:
    """Make a new connection what all of them are; SQLAlchemy's stand-in has no ``execute`` of its own."""
    connection.isolation_level = None  # we begin transactions ourselves
    connection.create_function("json_holds", 2, holds_text, deterministic=True)
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT * 1000}")
    _log_ahead(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # removed content is overwritten
    cursor.close()


def _log_ahead(cursor: sqlite3.Cursor) -> None:
    """Have the file written ahead into a log, which lasts.

    Of connections that find a new file at once and all want that, SQLite refuses those that would wait for
    each other, without any time-out: once they have let go, the others are through.
    """
    deadline = monotonic() + BUSY_TIMEOUT
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() >= deadline:
                raise
