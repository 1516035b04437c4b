"""The file storage as one run sees it: what the run writes is noted as the run's."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from server.db.models import RunFile
from server.db.session import Database
from tools.storage.base import Storage, StoredFile


@dataclass(frozen=True, kw_only=True)
class RunStorage:
    """A Storage whose new files go when their run's thread goes."""

    storage: Storage
    database: Database
    thread_id: str
    run_id: str

    async def write(self, data: bytes, *, name: str, media_type: str = "") -> StoredFile:
        return await self._noted(await self.storage.write(data, name=name, media_type=media_type))

    async def write_stream(
        self, chunks: AsyncIterator[bytes], *, name: str, media_type: str = "", max_bytes: int
    ) -> StoredFile:
        return await self._noted(
            await self.storage.write_stream(chunks, name=name, media_type=media_type, max_bytes=max_bytes)
        )

    async def describe(self, file_id: str) -> StoredFile:
        return await self.storage.describe(file_id)

    async def read(self, file_id: str) -> bytes:
        return await self.storage.read(file_id)

    async def delete(self, file_id: str) -> None:
        await self.storage.delete(file_id)

    async def _noted(self, file: StoredFile) -> StoredFile:
        # A cancelled write transaction keeps SQLite locked until its connection ends.
        return await asyncio.shield(self._note(file))

    async def _note(self, file: StoredFile) -> StoredFile:
        try:
            async with self.database.write() as session:
                session.add(RunFile(file_id=file.file_id, thread_id=self.thread_id, run_id=self.run_id))
        except IntegrityError:  # the thread was removed while it ran, so nobody would remove the file
            await self.storage.delete(file.file_id)
            raise
        return file
