"""The file storage as the runs of one user see it: a file that is not theirs is not there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from server.db.repositories import file_access
from server.db.session import Database
from tools.storage.base import Storage, StoredFile


@dataclass(frozen=True, kw_only=True)
class GuardedStorage:
    """A Storage that opens what its reader may open: an id in a run's input proves nothing.

    Args:
        reader: Whose files may be opened; None: all.
        thread_id: The run's thread, whose files it may open whoever has written them.
    """

    storage: Storage
    database: Database
    reader: str | None
    thread_id: str | None = None

    async def write(self, data: bytes, *, name: str, media_type: str = "") -> StoredFile:
        return await self.storage.write(data, name=name, media_type=media_type)

    async def write_stream(
        self, chunks: AsyncIterator[bytes], *, name: str, media_type: str = "", max_bytes: int
    ) -> StoredFile:
        return await self.storage.write_stream(chunks, name=name, media_type=media_type, max_bytes=max_bytes)

    async def describe(self, file_id: str) -> StoredFile:
        await self._check(file_id)
        return await self.storage.describe(file_id)

    async def read(self, file_id: str) -> bytes:
        await self._check(file_id)
        return await self.storage.read(file_id)

    async def delete(self, file_id: str) -> None:
        await self._check(file_id, to="write")
        await self.storage.delete(file_id)

    async def _check(self, file_id: str, *, to: file_access.Purpose = "read") -> None:
        if self.reader is None:
            return
        async with self.database.read() as session:
            await file_access.check(session, file_id, self.reader, to=to, thread_id=self.thread_id)
