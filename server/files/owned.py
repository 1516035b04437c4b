"""The file library as a graph sees it: a Storage that knows for whom it reads and writes."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, replace

from server.db.models import File, Retention
from server.files.library import FileLibrary
from tools.storage.base import StoredFile


@dataclass(frozen=True, kw_only=True)
class OwnedStorage:
    """A Storage of one owner's files.

    Args:
        owner: Whose new files become.
        reader: Whose files are seen; None: everybody's.
        thread_id: The run's thread, whose files are seen whoever has written them.
    """

    files: FileLibrary
    owner: str
    reader: str | None
    retention: Retention = "outputs"
    thread_id: str | None = None

    async def write(self, data: bytes, *, name: str, media_type: str = "") -> StoredFile:
        return await self.write_stream(_once(data), name=name, media_type=media_type)

    async def write_stream(
        self, chunks: AsyncIterator[bytes], *, name: str, media_type: str = "", max_bytes: int | None = None
    ) -> StoredFile:
        file = await self.files.receive(
            chunks,
            owner=self.owner,
            name=name,
            retention=self.retention,
            media_type=media_type,
            max_bytes=max_bytes,
        )
        return stored(file)

    async def describe(self, file_id: str) -> StoredFile:
        return stored(await self.files.get(file_id, reader=self.reader, thread_id=self.thread_id))

    async def read(self, file_id: str) -> bytes:
        file = await self.files.get(file_id, reader=self.reader, thread_id=self.thread_id)
        return b"".join([chunk async for chunk in self.files.read(file)])

    async def read_stream(self, file_id: str) -> AsyncIterator[bytes]:
        file = await self.files.get(file_id, reader=self.reader, thread_id=self.thread_id)
        async for chunk in self.files.read(file):
            yield chunk

    async def delete(self, file_id: str) -> None:
        await self.files.remove(file_id, owner=self.reader)

    async def find(self, names: Collection[str]) -> Mapping[str, StoredFile]:
        if self.thread_id is None:
            return {}
        return {file.name: stored(file) for file in await self.files.of_thread(self.thread_id, names)}

    def scratch(self) -> "OwnedStorage":
        return replace(self, retention="temp")


def stored(file: File) -> StoredFile:
    """What a graph may know of a file."""
    return StoredFile(
        file_id=file.file_id,
        name=file.name,
        size=file.size,
        media_type=file.media_type,
        created_at=file.created_at,
        sha256=file.sha256,
    )


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
