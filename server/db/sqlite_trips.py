"""SQLite's connections with one trip to their thread for a statement.

aiosqlite keeps each connection in a thread, and SQLAlchemy goes there to make a cursor, to execute,
to fetch and to close it: four trips, each of which wakes two threads. Here all of it is done in one.
"""

# SQLAlchemy's adapters have no types of their own for what they wrap.
# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportIncompatibleVariableOverride=false
# pyright: reportIncompatibleMethodOverride=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
)


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Holds what a statement brought; SQLite's own cursor is closed by then."""

    __slots__ = ("_description", "_lastrowid", "_rowcount", "arraysize")

    def __init__(self, adapt_connection: AsyncAdapt_aiosqlite_connection) -> None:
        self._adapt_connection: Any = adapt_connection
        self._connection: Any = adapt_connection._connection
        self._rows: deque[Any] = deque()
        self._description: Any = None
        self._rowcount, self._lastrowid, self.arraysize = -1, 0, 1

    @property
    def description(self) -> Any:
        return self._description

    @property
    def rowcount(self) -> int:
        return self._rowcount

    @property
    def lastrowid(self) -> int:
        return self._lastrowid

    def close(self) -> None:
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """Nothing is open."""

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        await self._trip(lambda cursor: cursor.execute(operation, parameters or ()))

    async def _executemany_async(self, operation: Any, seq_of_parameters: Sequence[Any]) -> Any:
        await self._trip(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    async def _trip(self, execute: Callable[[sqlite3.Cursor], object]) -> None:
        async with self._adapt_connection._execute_mutex:
            await self._connection._execute(self._all_at_once, execute)

    def _all_at_once(self, execute: Callable[[sqlite3.Cursor], object]) -> None:
        cursor: sqlite3.Cursor = self._connection._conn.cursor()
        try:
            execute(cursor)
            self._description = cursor.description
            self._rows = deque(cursor.fetchall() if cursor.description else ())
            self._rowcount, self._lastrowid = cursor.rowcount, cursor.lastrowid or 0
        finally:
            cursor.close()


class OneTripConnection(AsyncAdapt_aiosqlite_connection):
    """As SQLAlchemy's own, but for the trips. Cursors that stay at the server are left as they were."""

    __slots__ = ()

    _cursor_cls = _Cursor

    def rollback(self) -> None:
        """Where a transaction is open: a session that only read has none."""
        if self._connection._connection and self._connection.in_transaction:
            super().rollback()


def one_trip(connection: Any) -> OneTripConnection:
    """The same connection, with fewer trips. It must have been opened for use by several threads."""
    return OneTripConnection(connection.dbapi, connection._connection)
