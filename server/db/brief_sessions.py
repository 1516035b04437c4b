"""Sessions on SQLite that execute their statements where they are asked, not in another thread.

What finds its rows by their keys takes SQLite some ten microseconds. The way to a thread and back, in a
greenlet that SQLAlchemy needs for it, takes tens of times that. After each of them the event loop has a turn,
so that whoever asks until something is so lets others make it so.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, cast

from sqlalchemy import URL, create_engine, event
from sqlalchemy.pool import QueuePool
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.visibility import Sighted

AGAIN = 0.005  # seconds until a database that another process writes to is asked again


class _BriefSession(AsyncSession):
    """An AsyncSession, but for what the brief transactions have no use for: connections and streams."""

    sync_session_class = Sighted

    async def exec(self, statement: Any, **options: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride] - four overloads of it
        return self.sync_session.exec(statement, **options)  # pyright: ignore[reportUnknownVariableType]

    async def get(self, entity: Any, ident: Any, **options: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.sync_session.get(entity, ident, **options)

    async def flush(self, objects: Any = None) -> None:
        self.sync_session.flush(objects)

    async def delete(self, instance: object) -> None:
        self.sync_session.delete(instance)


class BriefSessions:
    """Opens them, on connections of their own.

    Args:
        url: Of the database's file.
        prepare: What is done to a new connection.
        patience: Seconds that a transaction waits for another process that writes.

    Attributes:
        commits: How many there have been. What they write stays in SQLite's log: to bring it into the file is
            the owner's.
    """

    def __init__(self, url: URL, prepare: Callable[[sqlite3.Connection], None], *, patience: float) -> None:
        self._patience = patience
        self.commits = 0
        # Nobody waits for a connection: that would be the event loop.
        self._engine = create_engine(
            url.set(drivername="sqlite"),
            poolclass=QueuePool,
            max_overflow=-1,
            connect_args={"check_same_thread": False},
        )

        @event.listens_for(self._engine, "connect")
        def connect(connection: Any, _: object) -> None:  # pyright: ignore[reportUnusedFunction] - SQLAlchemy calls it
            prepare(connection)
            connection.execute("PRAGMA wal_autocheckpoint=0")  # it waits for the disk, here

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncSession]:
        """A session that only reads."""
        session = self._session()
        try:
            yield session
        finally:
            session.sync_session.close()
        await asyncio.sleep(0)  # see above

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncSession]:
        """A session whose changes are committed at the end of the block, or not at all."""
        session = self._session()
        try:
            await self._begin(session)
            yield session
            session.sync_session.commit()
        finally:
            session.sync_session.close()
        self.commits += 1
        await asyncio.sleep(0)  # see above

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _session(self) -> _BriefSession:
        session = _BriefSession(expire_on_commit=False)
        session.sync_session.bind = self._engine
        return session

    async def _begin(self, session: _BriefSession) -> None:
        """Say at once that this will write: beside a writer, SQLite lets no reader become one."""
        wrapped = session.sync_session.connection().connection
        connection = cast("sqlite3.Connection", wrapped.dbapi_connection)
        deadline = monotonic() + self._patience
        connection.execute("PRAGMA busy_timeout=0")
        try:
            while True:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                        raise
                    await asyncio.sleep(AGAIN)
                else:
                    return
        finally:
            connection.execute(f"PRAGMA busy_timeout={int(self._patience * 1000)}")
