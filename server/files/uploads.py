"""Files that arrive in parts, over several requests, and those that clients put into the storage themselves.

What has arrived lies in a file of its own until the upload is whole; its size is the upload's offset, so what
was received before a crash counts. The upload's id becomes the file's.
"""

import asyncio
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import uuid4

from sqlmodel import col, func, select

from server.db.models import File, Retention, Upload
from server.db.repositories import files
from server.db.session import Database
from server.files.library import AT_ONCE, UNFINISHED, FileLibrary, owner_folder
from tools.cancellation import completed
from tools.errors import Conflict, InputTooLarge, InvalidInput, NotFound, ServiceError
from tools.storage.blobs import Link
from tools.storage.names import safe_name
from tools.storage.sniffing import HEAD
from tools.storage.spool import BUFFER, PREFIX, SizeLimit, received

MAX_OPEN = 100  # uploads of one owner under way
LINK_LASTS = timedelta(hours=1)


class Hash(Protocol):
    """What hashlib makes."""

    def update(self, data: bytes | bytearray, /) -> None: ...
    def digest(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the bytes of one part have to hash to."""

    algorithm: str  #: A name of hashlib's.
    digest: bytes

    def new(self) -> Hash:
        return hashlib.new(self.algorithm, usedforsecurity=False)


@dataclass(frozen=True, slots=True)
class State:
    """How far an upload is."""

    offset: int
    length: int


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """Begins, continues and ends uploads."""

    database: Database
    files: FileLibrary

    async def begin(self, *, owner: str, name: str, length: int, retention: Retention) -> Upload:
        """Make an upload of this many bytes.

        Raises:
            InputTooLarge: It is over the largest limit, or over its owner's quota.
            Conflict: Its owner has too many under way.
        """
        return await self._begin(
            Upload(
                upload_id=str(uuid4()), owner=owner, name=safe_name(name), length=length, retention=retention
            )
        )

    async def begin_direct(
        self, *, owner: str, name: str, length: int, retention: Retention
    ) -> tuple[Upload, Link]:
        """Make an upload that goes to the storage itself, and the link for it; raises as begin() does."""
        key = f"{owner_folder(owner)}/direct.{uuid4().hex}"
        link = self.files.blobs.upload_link(key, size=length, lasting=LINK_LASTS)
        if link is None:
            raise Conflict(
                "The storage takes no uploads of its own.",
                hint="Upload to /api/v1/files or /api/v1/uploads, or set STORAGE=oss.",
                code="no_links",
            )
        upload = await self._begin(
            Upload(
                upload_id=str(uuid4()),
                owner=owner,
                name=safe_name(name),
                length=length,
                retention=retention,
                direct_key=key,
            )
        )
        return upload, link

    async def state(self, upload_id: str, *, owner: str | None) -> State:
        """How far an upload is. One that has arrived whole is a file by then, whatever happened at its end.

        Raises:
            NotFound: It is not there.
            Conflict: Another request makes it a file just now.
        """
        found = await self._find(upload_id, owner)
        if isinstance(found, File):
            return State(found.size, found.size)
        at = await asyncio.to_thread(self._offset, found)
        if found.direct_key is None and at == found.length:
            with _locked(self._place(found)):
                await completed(self._finish(found))
        return State(at, found.length)

    async def append(
        self,
        upload_id: str,
        chunks: AsyncIterator[bytes],
        *,
        owner: str | None,
        offset: int,
        checksum: Checksum | None = None,
    ) -> tuple[State, File | None]:
        """Take what comes at an offset.

        Returns:
            How far the upload is then, and the file, if it is whole.

        Raises:
            Conflict: The offset is not where the upload is, or another request continues it.
            InvalidInput: The checksum is another: nothing of this part is kept. Or the file is refused.
            InputTooLarge: More came than the upload has; nothing of this part is kept.
        """
        upload = await self._get(upload_id, owner)
        with _locked(self._place(upload)) as part:
            at = part.seek(0, os.SEEK_END)
            if at != offset:
                raise Conflict(
                    f"The upload is at offset {at}, not at {offset}.",
                    hint="Ask for the offset with HEAD, and go on from there.",
                    code="wrong_offset",
                )
            at = await _Part(part, offset, upload.length, checksum).take(chunks)
            # Uncut: a file that is being synced keeps its lock when it is closed.
            await completed(asyncio.to_thread(os.fsync, part.fileno()))
            if offset < HEAD:
                await self._look(upload, part, at)
            if at < upload.length:
                return State(at, upload.length), None
            return State(at, at), await completed(self._finish(upload))

    async def complete_direct(self, upload_id: str, *, owner: str | None) -> File:
        """Take over what a client has put into the storage; raises as append() does."""
        upload = await self._find(upload_id, owner)
        if isinstance(upload, File):
            return upload
        if upload.direct_key is None:
            raise _unknown(upload_id)
        size = await self.files.blobs.size(upload.direct_key)
        if size != upload.length:
            raise Conflict(
                f"The storage holds {size} bytes, not the {upload.length} that were announced.",
                hint="Put the whole file, then ask again.",
                code="wrong_length",
            )
        file = await self.files.receive(
            self.files.blobs.read(upload.direct_key),
            owner=upload.owner,
            name=upload.name,
            retention=upload.retention,
            file_id=upload.upload_id,
        )
        await completed(self._forget(upload))
        return file

    async def remove(self, upload_id: str, *, owner: str | None) -> None:
        """End an upload that is not whole; raises NotFound."""
        await completed(self._forget(await self._get(upload_id, owner)))

    async def of_owner(self, owner: str) -> list[Upload]:
        """An owner's uploads under way."""
        async with self.database.read() as session:
            return list((await session.exec(select(Upload).where(Upload.owner == owner))).all())

    async def remove_stale(self, moment: datetime) -> int:
        """End uploads that nobody has continued for a day; returns how many."""
        before = moment - UNFINISHED
        async with self.database.read() as session:
            old = select(Upload).where(col(Upload.created_at) < before).limit(AT_ONCE)
            uploads = (await session.exec(old)).all()
        removed = 0
        for upload in uploads:
            if await asyncio.to_thread(self._is_stale, upload, before.timestamp()):
                await self._forget(upload)
                removed += 1
        return removed

    async def _begin(self, upload: Upload) -> Upload:
        limits = self.files.limits
        SizeLimit(limits.largest, "MAX_FILE_SIZE or MAX_VIDEO_SIZE").check(upload.length)
        async with self.database.write() as session:
            files.check_quota(await files.used(session, upload.owner), upload.length, limits.quota)
            under_way = select(func.count()).where(col(Upload.owner) == upload.owner)
            if (await session.exec(under_way)).one() >= MAX_OPEN:
                raise Conflict(
                    f"{MAX_OPEN} uploads are under way already.",
                    hint="Continue or delete one of them.",
                    code="too_many_uploads",
                )
            session.add(upload)
        if upload.direct_key is None:
            await asyncio.to_thread(_create, self._place(upload))
        return upload

    async def _find(self, upload_id: str, owner: str | None) -> Upload | File:
        """An upload, or the file that it became: of one that ends meanwhile there is either row, or both."""
        async with self.database.read() as session:
            upload = await session.get(Upload, upload_id)
            try:
                return await files.get(session, upload_id, owner=owner)
            except NotFound:
                return self._check(upload, owner, upload_id)

    async def _get(self, upload_id: str, owner: str | None) -> Upload:
        async with self.database.read() as session:
            upload = await session.get(Upload, upload_id)
        return self._check(upload, owner, upload_id)

    def _check(self, upload: Upload | None, owner: str | None, upload_id: str = "") -> Upload:
        if upload is None or (owner is not None and upload.owner != owner):
            raise _unknown(upload.upload_id if upload else upload_id)
        return upload

    async def _look(self, upload: Upload, part: BinaryIO, at: int) -> None:
        """Refuse a file as soon as its first bytes say that it is not taken."""
        if at < min(HEAD, upload.length):
            return
        part.seek(0)
        try:
            self.files.limits.of_head(part.read(HEAD), upload.name).check(upload.length)
        except InvalidInput:
            await completed(self._forget(upload))
            raise

    async def _finish(self, upload: Upload) -> File:
        """Make a whole upload a file. Unless it is refused, it stays when that fails, to be tried again."""
        whole = await asyncio.to_thread(received, self._place(upload))
        try:
            file = await self.files.keep(
                whole,
                owner=upload.owner,
                name=upload.name,
                retention=upload.retention,
                file_id=upload.upload_id,
            )
        except ServiceError as error:
            if error.category.is_permanent:
                await self._forget(upload)
            raise
        await self._forget(upload)
        return file

    async def _forget(self, upload: Upload) -> None:
        await self._remove_row(upload.upload_id)
        if upload.direct_key is not None:
            await self.files.blobs.delete(upload.direct_key)
        await asyncio.to_thread(self._place(upload).unlink, missing_ok=True)

    async def _remove_row(self, upload_id: str) -> None:
        async with self.database.write() as session:
            row = await session.get(Upload, upload_id)
            if row is not None:
                await session.delete(row)

    def _offset(self, upload: Upload) -> int:
        if upload.direct_key is not None:
            return 0  # nothing of it comes this way
        try:
            return self._place(upload).stat().st_size
        except FileNotFoundError:
            raise _unknown(upload.upload_id) from None

    def _is_stale(self, upload: Upload, before: float) -> bool:
        try:
            return self._place(upload).stat().st_mtime < before
        except FileNotFoundError:
            return True

    def _place(self, upload: Upload) -> Path:
        return self.files.incoming / f"{PREFIX}{upload.upload_id}"


class _Part:
    """What one request adds to an upload: all of it, or, if it is wrong, nothing."""

    def __init__(self, file: BinaryIO, offset: int, length: int, checksum: Checksum | None) -> None:
        self._file = file
        self._offset = offset
        self._length = length
        self._checksum = checksum
        self._hash = checksum.new() if checksum else None

    async def take(self, chunks: AsyncIterator[bytes]) -> int:
        """The offset behind the part."""
        at, buffer, is_whole = self._offset, bytearray(), False
        try:
            async for chunk in chunks:
                at += len(chunk)
                if at > self._length:
                    raise InputTooLarge(
                        f"More came than the {self._length} bytes that Upload-Length says.",
                        hint="Send what is left, and no more.",
                        code="upload_too_long",
                    )
                buffer += chunk
                if len(buffer) >= BUFFER:
                    full, buffer = buffer, bytearray()  # else what a cancellation meets would come twice
                    await self._write(full)
            is_whole = True
        finally:
            try:
                await self._write(buffer)
            finally:
                if not is_whole and (self._checksum or at > self._length):
                    self._file.truncate(self._offset)
        if self._hash and self._checksum and self._hash.digest() != self._checksum.digest:
            self._file.truncate(self._offset)
            raise InvalidInput(
                "The part has another checksum than Upload-Checksum says.",
                hint="Send it again.",
                code="checksum_mismatch",
            )
        return at

    async def _write(self, data: bytearray) -> None:
        await completed(asyncio.to_thread(self._write_now, data))

    def _write_now(self, data: bytearray) -> None:
        self._file.write(data)
        self._file.flush()
        if self._hash:
            self._hash.update(data)


@contextmanager
def _locked(path: Path) -> Generator[BinaryIO]:
    """The file of an upload, for one request at a time of all processes."""
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        raise _unknown(path.name.removeprefix(PREFIX)) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                "Another request continues this upload.", hint="Let it end first.", code="upload_locked"
            ) from None
        yield file


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _unknown(upload_id: str) -> NotFound:
    return NotFound(
        f"There is no upload {upload_id!r}.",
        hint="It was deleted, or nobody has continued it for a day: begin again.",
        code="unknown_upload",
    )
