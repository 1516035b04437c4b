"""Restores a backup into an empty deployment."""

import asyncio
import base64
import os
import tarfile
from collections import Counter
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from server.backup.rows import BATCH, load
from server.backup.stores import SECRETS, Stores
from server.backup.writing import FORMAT
from server.db.schema import revision
from tools.errors import Conflict, InvalidInput
from tools.storage.spool import Spool


async def restore(stores: Stores, source: Path) -> Counter[str]:
    """Fill empty stores; returns how many of each kind of thing came back.

    Raises:
        Conflict: Something is there already; nothing was changed.
        InvalidInput: The file is no backup, or one of another version.
    """
    await _refuse_full(stores)
    done = Counter[str]()
    tables = {f"tables/{table.name}.jsonl": table for table in SQLModel.metadata.sorted_tables}
    try:
        with tarfile.open(source) as archive:
            _check_manifest(archive)
            for entry in archive:
                content = archive.extractfile(entry)
                if content is None:
                    continue
                kind, _, rest = entry.name.partition("/")
                if (table := tables.get(entry.name)) is not None:
                    done[f"rows of {table.name}"] += await _restore_rows(stores, table, content)
                elif kind == "files":
                    await _restore_file(stores, rest, content)
                    done["files"] += 1
                elif kind == "redis.jsonl":
                    done["keys"] += await _restore_keys(stores, content)
                elif kind == "secrets" and rest in SECRETS:
                    await asyncio.to_thread(_write_secret, stores.folder / rest, content.read())
    except (tarfile.TarError, orjson.JSONDecodeError, KeyError) as error:
        raise InvalidInput(f"{source} is no whole backup: {error}", code="invalid_backup") from error
    return done


async def _refuse_full(stores: Stores) -> None:
    async with stores.database.snapshot() as connection:
        for table in SQLModel.metadata.sorted_tables:
            if (await connection.execute(select(func.count()).select_from(table))).scalar_one():
                raise _full(f"the table {table.name}")
    async for key in stores.redis_keys():
        raise _full(f"Redis, as the key {key.decode()}")


def _full(what: str) -> Conflict:
    return Conflict(
        f"There is something already, in {what}.",
        hint="Restore into an empty DATA_DIR, DATABASE_URL and REDIS_URL.",
        code="not_empty",
    )


def _check_manifest(archive: tarfile.TarFile) -> None:
    found = archive.extractfile("manifest.json")
    about: dict[str, Any] = orjson.loads(found.read()) if found else {}
    if about.get("format") != FORMAT or about.get("revision") != revision():
        raise InvalidInput(
            f"The backup is of version {about.get('version')} (schema {about.get('revision')}); "
            f"this one has the schema {revision()}.",
            hint="Restore it with the version that wrote it, and upgrade then.",
            code="other_version",
        )


async def _restore_rows(stores: Stores, table: Table, content: IO[bytes]) -> int:
    count, batch = 0, list[dict[str, Any]]()
    async with stores.database.write() as session:
        connection = await session.connection()
        for line in content:
            batch.append(load(table, line))
            count += 1
            if len(batch) == BATCH:
                await connection.execute(table.insert(), batch)
                batch = []
        if batch:
            await connection.execute(table.insert(), batch)
        await _count_on(connection, table)
    return count


async def _count_on(connection: AsyncConnection, table: Table) -> None:
    """Let PostgreSQL number new rows after those that came with numbers; SQLite does so by itself."""
    numbered = table.autoincrement_column
    if numbered is None or connection.dialect.name != "postgresql":
        return
    sequence = func.pg_get_serial_sequence(table.name, numbered.name)
    await connection.execute(select(func.setval(sequence, func.max(numbered))))


async def _restore_file(stores: Stores, key: str, content: IO[bytes]) -> None:
    async with Spool.open(stores.files.incoming) as spool:
        while chunk := content.read(1024 * 1024):
            await spool.add(chunk)
        await stores.files.blobs.put(key, (await spool.finish()).path)


async def _restore_keys(stores: Stores, content: IO[bytes]) -> int:
    count = 0
    for line in content:
        entry = orjson.loads(line)
        key, dumped = base64.b64decode(entry["key"]), base64.b64decode(entry["dump"])
        await stores.redis.restore(key, entry["ttl"], dumped)
        count += 1
    return count


def _write_secret(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
