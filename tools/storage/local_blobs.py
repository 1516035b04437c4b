"""Bytes in a folder, each key a path below it."""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from tools.cancellation import opened
from tools.storage.blobs import CHUNK, Link, checked, missing


class LocalBlobs:
    """Blobs in a folder that only this user can read.

    Sources are renamed into place, so that no reader sees half of one: they lie on the same file system.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, source: Path) -> None:
        await asyncio.to_thread(self._put, key, source)

    async def size(self, key: str) -> int:
        try:
            return (await asyncio.to_thread(self._place(key).stat)).st_size
        except FileNotFoundError:
            raise missing(key) from None

    async def read(self, key: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        async with opened(lambda: self._open(key, start)) as file:
            left = length
            while left is None or left > 0:
                chunk = await asyncio.to_thread(file.read, CHUNK if left is None else min(CHUNK, left))
                if not chunk:
                    break
                left = None if left is None else left - len(chunk)
                yield chunk

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._delete, key)

    async def keys(self, *, before: datetime | None = None) -> AsyncIterator[str]:
        for key in await asyncio.to_thread(lambda: list(self._keys(before))):
            yield key

    async def check(self) -> None:
        await asyncio.to_thread(self._check)

    def download_link(self, key: str, *, name: str, media_type: str, lasting: timedelta) -> Link | None:
        return None

    def upload_link(self, key: str, *, size: int, lasting: timedelta) -> Link | None:
        return None

    def _put(self, key: str, source: Path) -> None:
        place = self._place(key)
        while True:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # The folder of a key may be removed, empty, before the rename.
            with contextlib.suppress(FileNotFoundError):
                os.replace(source, place)  # noqa: PTH105 - the atomic rename is the point
                return
            source.stat()  # a source that is not there is no reason to go on

    def _open(self, key: str, start: int) -> BinaryIO:
        try:
            file = self._place(key).open("rb")
        except FileNotFoundError:
            raise missing(key) from None
        file.seek(start)
        return file

    def _delete(self, key: str) -> None:
        place = self._place(key)
        place.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # other keys are in it, or it is gone
            place.parent.rmdir()

    def _keys(self, before: datetime | None) -> Iterator[str]:
        for path in self._folder.glob("**/*"):
            with contextlib.suppress(FileNotFoundError):
                if path.is_file() and (before is None or path.stat().st_mtime < before.timestamp()):
                    yield path.relative_to(self._folder).as_posix()

    def _check(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._folder):
            pass

    def _place(self, key: str) -> Path:
        return self._folder / checked(key)
