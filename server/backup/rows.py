"""Rows as JSON lines that fit every kind of database, so that one may move from SQLite to PostgreSQL."""

import base64
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import LargeBinary, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.models import UtcDateTime

BATCH = 500  # rows that are read or written at a time


async def dump(connection: AsyncConnection, table: Table) -> AsyncIterator[bytes]:
    """A table's rows, one line each."""
    async with connection.stream(table.select().execution_options(yield_per=BATCH)) as rows:
        async for row in rows.mappings():
            yield orjson.dumps({str(name): _to_json(value) for name, value in row.items()}) + b"\n"


def load(table: Table, line: bytes) -> dict[str, Any]:
    """The values of a row."""
    values: Mapping[str, Any] = orjson.loads(line)
    return {name: _of_json(table.c[name].type, value) for name, value in values.items()}


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _of_json(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    return base64.b64decode(value) if isinstance(kind, LargeBinary) else value
