"""A file on its way in: written to disk as it arrives, with bounded memory, and hashed on the way."""

import asyncio
import hashlib
import os
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tools.errors import InputTooLarge
from tools.storage.sniffing import HEAD

BUFFER = 256 * 1024  # bytes of one file that memory holds
PREFIX = ".incoming-"


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """The most bytes that a file may have, and the setting that says so."""

    max_bytes: int
    setting: str = "MAX_FILE_SIZE"

    def check(self, size: int) -> None:
        """Raise InputTooLarge for a file of more bytes."""
        if size > self.max_bytes:
            raise InputTooLarge(
                f"The file is larger than the limit of {self.max_bytes} bytes.",
                hint=f"Send a smaller file, or raise {self.setting}.",
                code="file_too_large",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A file that has arrived whole."""

    path: Path  #: Where it lies until somebody takes it.
    size: int  #: Bytes.
    sha256: str
    head: bytes  #: Its first bytes, by which it is known.


class Spool:
    """Takes a file's bytes.

    Args:
        on_head: Called once with the first bytes; returns the file's limit, or raises what refuses it.
    """

    def __init__(
        self, path: Path, file: BinaryIO, on_head: Callable[[bytes], SizeLimit] | None = None
    ) -> None:
        self._path = path
        self._file = file
        self._on_head = on_head
        self._limit: SizeLimit | None = None
        self._hash = hashlib.sha256()
        self._buffer = bytearray()
        self._head = b""
        self.size = 0  #: Bytes so far.

    @classmethod
    @asynccontextmanager
    async def open(
        cls, folder: Path, *, on_head: Callable[[bytes], SizeLimit] | None = None
    ) -> "AsyncGenerator[Spool]":
        """A spool in this folder; what nobody has taken from it is gone at the end of the block."""
        path = folder / f"{PREFIX}{uuid.uuid4()}"
        file = await asyncio.to_thread(_create, path)
        try:
            yield cls(path, file, on_head)
        finally:
            file.close()
            path.unlink(missing_ok=True)

    async def add(self, data: bytes, *, max_bytes: int | None = None) -> None:
        """Take what comes next; raises InputTooLarge past the limit."""
        self._buffer += data
        self.size += len(data)
        if max_bytes is not None:
            SizeLimit(max_bytes).check(self.size)
        self._look()
        if self._limit is not None:
            self._limit.check(self.size)
        if len(self._buffer) >= BUFFER:
            await self._flush()

    async def finish(self) -> Received:
        """Nothing comes any more: the file is safe on disk when this returns."""
        self._look(is_whole=True)
        if self._limit is not None:
            self._limit.check(self.size)
        await self._flush()
        await asyncio.to_thread(self._sync)
        return Received(path=self._path, size=self.size, sha256=self._hash.hexdigest(), head=self._head)

    def _look(self, *, is_whole: bool = False) -> None:
        if self._head or not (is_whole or len(self._buffer) >= HEAD):
            return
        self._head = bytes(self._buffer[:HEAD])
        if self._on_head is not None:
            self._limit = self._on_head(self._head)

    async def _flush(self) -> None:
        data, self._buffer = self._buffer, bytearray()
        await asyncio.to_thread(self._write, data)

    def _write(self, data: bytearray) -> None:
        self._file.write(data)
        self._hash.update(data)

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def received(path: Path) -> Received:
    """A file that lies there already; reads it whole, so call it in a thread."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return Received(path=path, size=path.stat().st_size, sha256=digest, head=head)


def _create(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb")
