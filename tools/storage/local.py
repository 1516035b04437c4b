"""Files in a local folder: ``<folder>/<id>/content`` beside ``<folder>/<id>/about.json``."""

import asyncio
import json
import mimetypes
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tools.errors import InputTooLarge, NotFound
from tools.storage.base import StoredFile

MAX_NAME_LENGTH = 255  # characters; what common file systems allow


class LocalStorage:
    """A Storage in a folder that only this user can read.

    A file is written under a temporary name and renamed when it is whole, so a reader never sees half of one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def write(self, data: bytes, *, name: str, media_type: str = "") -> StoredFile:
        return await asyncio.to_thread(self._write, data, name, media_type)

    async def write_stream(
        self, chunks: AsyncIterator[bytes], *, name: str, media_type: str = "", max_bytes: int
    ) -> StoredFile:
        received = bytearray()
        async for chunk in chunks:
            received += chunk
            if len(received) > max_bytes:
                raise InputTooLarge(
                    f"The file is larger than the limit of {max_bytes} bytes.",
                    hint="Send a smaller file, or raise MAX_FILE_SIZE.",
                    code="file_too_large",
                )
        return await self.write(bytes(received), name=name, media_type=media_type)

    async def describe(self, file_id: str) -> StoredFile:
        return await asyncio.to_thread(self._describe, file_id)

    async def read(self, file_id: str) -> bytes:
        return await asyncio.to_thread(self._read, file_id)

    async def delete(self, file_id: str) -> None:
        await asyncio.to_thread(shutil.rmtree, self._place(file_id))

    async def check(self) -> None:
        """Write and remove an empty file; raises OSError when that cannot be done."""
        await asyncio.to_thread(self._check)

    def _check(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._folder):
            pass

    async def remove_unfinished(self, *, before: datetime) -> int:
        """Remove what was begun before this moment and never became a file; returns how many."""
        return await asyncio.to_thread(self._remove_unfinished, before.timestamp())

    def _remove_unfinished(self, before: float) -> int:
        unfinished = [path for path in self._folder.glob(".*") if path.is_dir()]
        orphans = [path for path in unfinished if path.stat().st_mtime < before]
        for path in orphans:
            shutil.rmtree(path)
        return len(orphans)

    def _write(self, data: bytes, name: str, media_type: str) -> StoredFile:
        file = StoredFile(
            file_id=str(uuid.uuid4()),
            name=_safe_name(name),
            size=len(data),
            media_type=media_type or mimetypes.guess_type(name)[0] or "application/octet-stream",
            created_at=datetime.now(UTC),
        )
        unfinished = self._folder / f".{file.file_id}"
        unfinished.mkdir(mode=0o700, parents=True)
        (unfinished / "content").write_bytes(data)
        about = asdict(file) | {"created_at": file.created_at.isoformat()}
        (unfinished / "about.json").write_text(json.dumps(about), encoding="utf-8")
        os.rename(unfinished, self._folder / file.file_id)  # noqa: PTH104 - the atomic rename is the point
        return file

    def _describe(self, file_id: str) -> StoredFile:
        about = json.loads((self._place(file_id) / "about.json").read_text(encoding="utf-8"))
        return StoredFile(**about | {"created_at": datetime.fromisoformat(about["created_at"])})

    def _read(self, file_id: str) -> bytes:
        return (self._place(file_id) / "content").read_bytes()

    def _place(self, file_id: str) -> Path:
        """The folder of a file; only a well-formed id ever becomes part of a path."""
        try:
            place = self._folder / str(uuid.UUID(file_id))
        except ValueError:
            place = None
        if place is None or not place.is_dir():
            raise NotFound(
                f"There is no file {file_id!r}.",
                hint="Upload it first; its id is in the answer.",
                code="unknown_file",
            )
        return place


def _safe_name(name: str) -> str:
    """The last part of a name, without control characters, short enough for any file system."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable()).strip()[:MAX_NAME_LENGTH] or "file"
