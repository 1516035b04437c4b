"""The file storage as one run sees it: what the run writes is noted as the run's."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.exc import IntegrityError

from server.db.models import Run, RunFile
from server.files.library import FileLibrary
from server.files.owned import OwnedStorage, stored
from server.files.ownership import reader_of
from tools.storage.base import StoredFile


@dataclass(frozen=True, kw_only=True)
class RunStorage:
    """A Storage whose new files are the run's owner's, and go when its thread goes."""

    storage: OwnedStorage
    thread_id: str
    run_id: str

    @classmethod
    def of(cls, run: Run, files: FileLibrary) -> "RunStorage":
        """The storage of this run."""
        owned = OwnedStorage(files=files, owner=run.owner, reader=reader_of(run), thread_id=run.thread_id)
        return cls(storage=owned, thread_id=run.thread_id, run_id=run.run_id)

    async def write(self, data: bytes, *, name: str, media_type: str = "") -> StoredFile:
        return await self._noted(await self.storage.write(data, name=name, media_type=media_type))

    async def write_stream(
        self, chunks: AsyncIterator[bytes], *, name: str, media_type: str = "", max_bytes: int | None = None
    ) -> StoredFile:
        return await self._noted(
            await self.storage.write_stream(chunks, name=name, media_type=media_type, max_bytes=max_bytes)
        )

    async def describe(self, file_id: str) -> StoredFile:
        return await self.storage.describe(file_id)

    async def read(self, file_id: str) -> bytes:
        return await self.storage.read(file_id)

    def read_stream(self, file_id: str) -> AsyncIterator[bytes]:
        return self.storage.read_stream(file_id)

    async def delete(self, file_id: str) -> None:
        await self.storage.delete(file_id)

    async def find(self, names: Collection[str]) -> Mapping[str, StoredFile]:
        known = dict(await self.storage.find(names))
        left = [name for name in names if name not in known]
        # Written whole, but their worker was killed before they were noted: they are nobody else's.
        for file in await self.storage.files.strays(self.storage.owner, left):
            known[file.name] = await self._noted(stored(file))
        return known

    def scratch(self) -> "RunStorage":
        return replace(self, storage=self.storage.scratch())

    async def _noted(self, file: StoredFile) -> StoredFile:
        # A cancelled write transaction keeps SQLite locked until its connection ends.
        return await asyncio.shield(self._note(file))

    async def _note(self, file: StoredFile) -> StoredFile:
        files = self.storage.files
        try:
            async with files.database.write() as session:
                session.add(RunFile(file_id=file.file_id, thread_id=self.thread_id, run_id=self.run_id))
        except IntegrityError:  # the thread was removed while it ran, so nobody would remove the file
            await files.remove(file.file_id)
            raise
        return file
