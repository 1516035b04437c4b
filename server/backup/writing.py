"""Writes a backup: a tar file that holds what a restore needs to go on.

The database comes first, as of one moment, then the files that it names, then Redis. So what is there is
never older than the row that speaks of it: a run goes on from a checkpoint that is at least as new. What is
deleted meanwhile is left out, and counted.
"""

import asyncio
import base64
import os
import tarfile
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import orjson
from sqlmodel import SQLModel

from server.backup.rows import dump
from server.backup.stores import SECRETS, Stores
from server.db.schema import revision
from tools.errors import Conflict, NotFound

FORMAT = 1


class _Archive:
    """A tar file to which content of unknown length is added, by way of the disk beside it."""

    def __init__(self, scratch: Path, to: BinaryIO) -> None:
        self._scratch = scratch
        self._tar = tarfile.open(fileobj=to, mode="w")  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> "_Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._tar.close()

    async def add_chunks(self, name: str, chunks: AsyncIterator[bytes], done: Counter[str]) -> None:
        """Add an entry, and count its chunks."""
        with tempfile.TemporaryFile(dir=self._scratch) as kept:
            async for chunk in chunks:
                kept.write(chunk)
                done[name] += 1
            entry = tarfile.TarInfo(name)
            entry.size = kept.tell()
            kept.seek(0)
            await asyncio.to_thread(self._tar.addfile, entry, kept)


async def write(stores: Stores, to: Path) -> Counter[str]:
    """Write the backup; returns how many of each kind of thing it holds.

    Raises:
        Conflict: There is such a file.
    """
    done = Counter[str]()
    try:
        made = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(f"{to} is there already.", hint="Name another file.", code="file_exists") from None
    try:
        with os.fdopen(made, "wb") as raw, _Archive(to.parent, raw) as archive:
            await _fill(stores, archive, done)
    except BaseException:
        os.unlink(to)  # noqa: PTH108 - half a backup is none
        raise
    return done


async def _fill(stores: Stores, archive: _Archive, done: Counter[str]) -> None:
    await _add_rows(stores, archive, done)
    await _add_files(stores, archive, done)
    await archive.add_chunks("redis.jsonl", _redis_lines(stores), done)
    for name in SECRETS:
        path = stores.folder / name
        if await asyncio.to_thread(path.is_file):
            secret = await asyncio.to_thread(path.read_bytes)
            await archive.add_chunks(f"secrets/{name}", _once(secret), Counter())
    about = {"format": FORMAT, "version": version("scriptorium-service"), "revision": revision()}
    about["created_at"] = datetime.now(UTC).isoformat()
    await archive.add_chunks("manifest.json", _once(orjson.dumps(about)), Counter())


async def _add_rows(stores: Stores, archive: _Archive, done: Counter[str]) -> None:
    async with stores.database.snapshot() as connection:
        for table in SQLModel.metadata.sorted_tables:
            await archive.add_chunks(f"tables/{table.name}.jsonl", dump(connection, table), done)


async def _add_files(stores: Stores, archive: _Archive, done: Counter[str]) -> None:
    async with stores.database.read() as session:
        keys = await stores.files.blob_keys(session)
    for key in keys:
        try:
            await archive.add_chunks(f"files/{key}", stores.files.blobs.read(key), Counter())
            done["files"] += 1
        except NotFound:
            done["files deleted meanwhile"] += 1


async def _redis_lines(stores: Stores) -> AsyncIterator[bytes]:
    async for key in stores.redis_keys():
        content, left = await stores.redis.dump(key), await stores.redis.pttl(key)
        if content is not None:
            entry = {"key": _text(key), "dump": _text(content), "ttl": max(left, 0)}
            yield orjson.dumps(entry) + b"\n"


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
