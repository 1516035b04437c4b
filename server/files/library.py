"""All files of the service: rows in the database, bytes in the storage.

Bytes are put before the row that names them and removed after it, so no row is without its bytes; the sweeper
finds bytes without a row. Files of one owner with the same content share their bytes.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.models import File, Retention, now
from server.db.repositories import file_access, files
from server.db.repositories.files import Usage
from server.db.session import Database
from server.files.limits import FileLimits
from tools.storage import archives, sniffing
from tools.storage.blobs import Blobs
from tools.storage.names import safe_name
from tools.storage.spool import PREFIX, Received, Spool

AT_ONCE = 500  # files of one pass of the sweeper; the next one goes on
UNFINISHED = timedelta(days=1)  # after which what is still being written has lost its writer


@dataclass(frozen=True, kw_only=True)
class FileStats:
    """What there is of an owner's files, or of everybody's."""

    files: int
    size: int  #: Bytes, shared ones each time.
    stored: int  #: Bytes in the storage, shared ones once.
    quota: int  #: Bytes; 0 is no limit.
    by_retention: dict[str, Usage]
    by_media_type: dict[str, Usage]


@dataclass(frozen=True, kw_only=True)
class FileLibrary:
    """Keeps, finds and removes files.

    Args:
        incoming: Folder of what is being received; of a LocalBlobs, on the same file system.
    """

    database: Database
    blobs: Blobs
    incoming: Path
    limits: FileLimits

    def spool(self, name: str) -> AbstractAsyncContextManager[Spool]:
        """Where a file of this name goes while it arrives; what is wrong is refused as soon as it shows."""
        return Spool.open(self.incoming, on_head=partial(self.limits.of_head, name=name))

    async def receive(
        self,
        chunks: AsyncIterator[bytes],
        *,
        owner: str,
        name: str,
        retention: Retention = "inputs",
        media_type: str = "",
        max_bytes: int | None = None,
        file_id: str | None = None,
    ) -> File:
        """Keep a file that arrives in chunks.

        Raises:
            InputTooLarge: It is over its limit or its owner's quota, or unpacks to too much; nothing is kept.
            InvalidInput: It is of a kind that is not taken.
        """
        async with self.spool(name) as spool:
            async for chunk in chunks:
                await spool.add(chunk, max_bytes=max_bytes)
            received = await spool.finish()
            return await self.keep(
                received,
                owner=owner,
                name=name,
                retention=retention,
                media_type=media_type,
                file_id=file_id,
            )

    async def keep(
        self,
        received: Received,
        *,
        owner: str,
        name: str,
        retention: Retention,
        media_type: str = "",
        file_id: str | None = None,
    ) -> File:
        """Keep a file that has arrived whole.

        Args:
            media_type: What it is, of a file that the service made; "" to find out.
            file_id: The id that it was promised; None for a new one.
        """
        shown = safe_name(name)
        found = media_type or sniffing.media_type(received.head, shown)
        self.limits.of_head(received.head, shown).check(received.size)
        await asyncio.to_thread(archives.check, received.path, found)
        moment = now()
        file = File(
            file_id=file_id or str(uuid4()),
            owner=owner,
            name=shown,
            media_type=found,
            size=received.size,
            sha256=received.sha256,
            blob_key="",
            retention=retention,
            created_at=moment,
            expires_at=self.limits.expiry(retention, moment),
        )
        # A cancelled write transaction keeps SQLite locked until its connection ends.
        return await asyncio.shield(self._add(file, received.path))

    async def _add(self, file: File, path: Path) -> File:
        if await self._add_row(file, key=None):
            return file
        key = new_key(file.owner, file.sha256)
        async with AsyncExitStack() as undoing:
            undoing.push_async_callback(self.blobs.delete, key)
            await self.blobs.put(key, path)
            await self._add_row(file, key=key)
            if file.blob_key == key:
                undoing.pop_all()
        return file

    async def _add_row(self, file: File, *, key: str | None) -> bool:
        async with self.database.write() as session:
            return await files.add(session, file, key=key, quota=self.limits.quota)

    async def get(self, file_id: str, *, reader: str | None = None, thread_id: str | None = None) -> File:
        """A file's row; raises NotFound.

        Args:
            reader: Who has to be allowed to read it; None for anybody.
            thread_id: The thread of the run that asks.
        """
        async with self.database.read() as session:
            return await file_access.find(session, file_id, reader, thread_id=thread_id)

    async def search(
        self,
        *,
        owner: str | None,
        retention: Retention | None = None,
        after: str | None = None,
        limit: int,
    ) -> Sequence[File]:
        """Files, the newest first, from behind one on; raises NotFound for that one."""
        async with self.database.read() as session:
            place = await files.get(session, after, owner=owner) if after is not None else None
            return await files.search(session, owner=owner, retention=retention, after=place, limit=limit)

    async def of_thread(self, thread_id: str, names: Collection[str]) -> Sequence[File]:
        """The files that a thread's runs wrote under these names, the newest last."""
        async with self.database.read() as session:
            return await files.of_thread(session, thread_id, names)

    async def strays(self, owner: str, names: Collection[str]) -> Sequence[File]:
        """An owner's temporary files of these names that no run has noted as its own."""
        async with self.database.read() as session:
            return await files.strays(session, owner, names)

    def read(self, file: File, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """A file's bytes, or some of them, in chunks."""
        return self.blobs.read(file.blob_key, start=start, length=length)

    async def remove(self, file_id: str, *, owner: str | None = None) -> None:
        """Remove a file, and its bytes if no other needs them; raises NotFound."""
        await asyncio.shield(self._remove(file_id, owner))

    async def _remove(self, file_id: str, owner: str | None) -> None:
        async with self.database.write() as session:
            removed = await files.remove(session, file_id, owner=owner)
        if removed.unused_key is not None:
            await self.blobs.delete(removed.unused_key)

    async def stats(self, *, owner: str | None) -> FileStats:
        """What there is."""
        async with self.database.read() as session:
            by_retention = await files.usage_by(session, File.retention, owner=owner)
            by_media_type = await files.usage_by(session, File.media_type, owner=owner)
            stored = await files.stored(session, owner=owner)
        return FileStats(
            files=sum(usage.files for usage in by_retention.values()),
            size=sum(usage.size for usage in by_retention.values()),
            stored=stored,
            quota=self.limits.quota,
            by_retention=by_retention,
            by_media_type=by_media_type,
        )

    async def expired(self, moment: datetime) -> Sequence[str]:
        """Some of the files whose time is over."""
        async with self.database.read() as session:
            return await files.expired(session, moment, limit=AT_ONCE)

    async def blob_keys(self, session: AsyncSession) -> Sequence[str]:
        """Where the bytes of all files lie."""
        return await files.all_keys(session)

    async def remove_orphans(self, moment: datetime) -> int:
        """Remove what was begun a day ago and never became a file; returns how many."""
        before = moment - UNFINISHED
        removed = await asyncio.to_thread(_remove_old, self.incoming, before.timestamp())
        keys: list[str] = []
        async for key in self.blobs.keys(before=before):
            keys.append(key)
            if len(keys) == AT_ONCE:
                removed += await self._remove_unknown(keys)
                keys = []
        return removed + await self._remove_unknown(keys)

    async def _remove_unknown(self, keys: Sequence[str]) -> int:
        async with self.database.read() as session:
            known = await files.known_keys(session, keys)
        unknown = [key for key in keys if key not in known]
        for key in unknown:
            await self.blobs.delete(key)
        return len(unknown)


def new_key(owner: str, sha256: str) -> str:
    """A key that no bytes have had: their owner's folder, and their checksum with what makes it unique."""
    return f"{owner_folder(owner)}/{sha256}.{uuid4().hex[:16]}"


def owner_folder(owner: str) -> str:
    """The first part of the keys of an owner's bytes; a name of theirs never becomes part of a path."""
    return hashlib.sha256(owner.encode()).hexdigest()[:32]


def _remove_old(folder: Path, before: float) -> int:
    old = [path for path in folder.glob(f"{PREFIX}*") if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
