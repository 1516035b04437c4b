"""Files in a local folder, for jobs without a server: ``<id>/content`` beside ``<id>/about.json``."""

import asyncio
import json
import shutil
import uuid
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tools.cancellation import opened
from tools.errors import NotFound
from tools.storage.base import StoredFile
from tools.storage.names import safe_name
from tools.storage.sniffing import media_type as sniffed
from tools.storage.spool import Received, Spool

_CHUNK = 1024 * 1024  # bytes


class LocalStorage:
    """A Storage in a folder that only this user can read.

    A file is written under a temporary name and renamed when it is whole, so a reader never sees half of one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def write(self, data: bytes, *, name: str, media_type: str = "") -> StoredFile:
        async with Spool.open(self._folder) as spool:
            await spool.add(data)
            return await asyncio.to_thread(self._keep, await spool.finish(), name, media_type)

    async def write_stream(
        self, chunks: AsyncIterator[bytes], *, name: str, media_type: str = "", max_bytes: int | None = None
    ) -> StoredFile:
        async with Spool.open(self._folder) as spool:
            async for chunk in chunks:
                await spool.add(chunk, max_bytes=max_bytes)
            return await asyncio.to_thread(self._keep, await spool.finish(), name, media_type)

    async def describe(self, file_id: str) -> StoredFile:
        return await asyncio.to_thread(self._describe, file_id)

    async def read(self, file_id: str) -> bytes:
        return await asyncio.to_thread(self._read, file_id)

    async def read_stream(self, file_id: str) -> AsyncIterator[bytes]:
        content = await asyncio.to_thread(self._place, file_id) / "content"
        async with opened(lambda: content.open("rb")) as f:
            while chunk := await asyncio.to_thread(f.read, _CHUNK):
                yield chunk

    async def delete(self, file_id: str) -> None:
        await asyncio.to_thread(shutil.rmtree, self._place(file_id))

    async def find(self, names: Collection[str]) -> Mapping[str, StoredFile]:
        """As Storage has it; all of the folder is one thread's."""
        return await asyncio.to_thread(self._find, frozenset(names))

    def scratch(self) -> "LocalStorage":
        return self

    def _find(self, names: frozenset[str]) -> dict[str, StoredFile]:
        if not self._folder.is_dir():
            return {}
        known = (self._describe(place.name) for place in self._folder.iterdir() if _is_uuid(place.name))
        return {file.name: file for file in known if file.name in names}

    def _keep(self, received: Received, name: str, media_type: str) -> StoredFile:
        shown = safe_name(name)
        file = StoredFile(
            file_id=str(uuid.uuid4()),
            name=shown,
            size=received.size,
            media_type=media_type or sniffed(received.head, shown),
            created_at=datetime.now(UTC),
            sha256=received.sha256,
        )
        unfinished = self._folder / f".{file.file_id}"
        unfinished.mkdir(mode=0o700, parents=True)
        received.path.rename(unfinished / "content")
        about = asdict(file) | {"created_at": file.created_at.isoformat()}
        (unfinished / "about.json").write_text(json.dumps(about), encoding="utf-8")
        unfinished.rename(self._folder / file.file_id)
        return file

    def _describe(self, file_id: str) -> StoredFile:
        about = json.loads((self._place(file_id) / "about.json").read_text(encoding="utf-8"))
        return StoredFile(**about | {"created_at": datetime.fromisoformat(about["created_at"])})

    def _read(self, file_id: str) -> bytes:
        return (self._place(file_id) / "content").read_bytes()

    def _place(self, file_id: str) -> Path:
        """The folder of a file; only a well-formed id ever becomes part of a path."""
        place = self._folder / str(uuid.UUID(file_id)) if _is_uuid(file_id) else None
        if place is None or not place.is_dir():
            raise NotFound(
                f"There is no file {file_id!r}.",
                hint="Upload it first; its id is in the answer.",
                code="unknown_file",
            )
        return place


def _is_uuid(text: str) -> bool:
    """Whether it is the id of a file."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
