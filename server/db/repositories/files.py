"""Rows of files, of the bytes that they share, and of what an owner's files come to.

Whoever adds or removes a file holds the lock of its owner's usage row first, so two who do so at once cannot
both take the last of a quota, and bytes are never counted as unused while somebody begins to use them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import String, and_, func, or_
from sqlalchemy import cast as sql_cast
from sqlalchemy import select as sa_select
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.models import Blob, File, FileUsage, Retention, Run, RunFile, Thread, Upload
from server.db.upserting import dialect_of, insert_into
from tools.errors import InputTooLarge, NotFound


class Usage(NamedTuple):
    """Files of one kind."""

    files: int
    size: int  #: Bytes.


class Removed(NamedTuple):
    """A file whose row is gone."""

    file: File
    unused_key: str | None  #: Bytes that no file needs any more.


def unknown(file_id: str) -> NotFound:
    """What to raise for a file that is not there, or not for who asks."""
    return NotFound(
        f"There is no file {file_id!r}.",
        hint="Upload it first; its id is in the answer.",
        code="unknown_file",
    )


async def get(session: AsyncSession, file_id: str, *, owner: str | None = None) -> File:
    """A file's row.

    Args:
        owner: Whose it has to be; None for anybody's.
    """
    file = await session.get(File, file_id)
    if file is None or (owner is not None and file.owner != owner):
        raise unknown(file_id)
    return file


async def search(
    session: AsyncSession,
    *,
    owner: str | None,
    retention: Retention | None = None,
    after: File | None = None,
    limit: int,
) -> Sequence[File]:
    """Files, the newest first, from behind a given one on."""
    query = select(File).order_by(col(File.created_at).desc(), col(File.file_id).desc()).limit(limit)
    if owner is not None:
        query = query.where(File.owner == owner)
    if retention is not None:
        query = query.where(File.retention == retention)
    if after is not None:
        is_older = col(File.created_at) < after.created_at
        is_next = and_(col(File.created_at) == after.created_at, col(File.file_id) < after.file_id)
        query = query.where(or_(is_older, is_next))
    return (await session.exec(query)).all()


_AT_ONCE = 500  # names in one query; SQLite takes some thousand variables


async def of_thread(session: AsyncSession, thread_id: str, names: Collection[str]) -> list[File]:
    """The files that a thread's runs wrote under these names, the newest last."""
    wanted = list(names)
    found: list[File] = []
    for at in range(0, len(wanted), _AT_ONCE):
        query = (
            select(File)
            .join(RunFile, col(RunFile.file_id) == col(File.file_id))
            .where(RunFile.thread_id == thread_id, col(File.name).in_(wanted[at : at + _AT_ONCE]))
            .order_by(col(File.created_at))
        )
        found += (await session.exec(query)).all()
    return found


async def strays(session: AsyncSession, owner: str, names: Collection[str]) -> list[File]:
    """Temporary files of these names that belong to no run: their writer was killed before it noted them."""
    wanted = list(names)
    found: list[File] = []
    for at in range(0, len(wanted), _AT_ONCE):
        query = (
            select(File)
            .outerjoin(RunFile, col(RunFile.file_id) == col(File.file_id))
            .where(
                File.owner == owner,
                File.retention == "temp",
                col(File.name).in_(wanted[at : at + _AT_ONCE]),
                col(RunFile.file_id).is_(None),
            )
        )
        found += (await session.exec(query)).all()
    return found


async def add(session: AsyncSession, file: File, *, key: str | None, quota: int) -> bool:
    """Add a file's row, on bytes that its owner has already, else on those under this key.

    Returns:
        False when the owner has no such bytes and no key is given; then nothing is changed.

    Raises:
        InputTooLarge: The owner's files would come to more than the quota; 0 is none.
    """
    usage = await _locked_usage(session, file.owner)
    check_quota(usage.size, file.size, quota)
    same = select(Blob).where(Blob.owner == file.owner, Blob.sha256 == file.sha256)
    blob = (await session.exec(same)).first()
    if blob is None:
        if key is None:
            return False
        blob = Blob(key=key, owner=file.owner, sha256=file.sha256, size=file.size, uses=0)
    blob.uses += 1
    session.add(blob)
    await session.flush()
    file.blob_key = blob.key
    usage.files += 1
    usage.size += file.size
    session.add_all((file, usage))
    return True


async def remove(session: AsyncSession, file_id: str, *, owner: str | None = None) -> Removed:
    """Remove a file's row; raises NotFound."""
    found = await get(session, file_id, owner=owner)
    usage = await _locked_usage(session, found.owner)
    file = await session.get(File, file_id, populate_existing=True)
    if file is None:  # somebody else was first
        raise unknown(file_id)
    blob = await session.get_one(Blob, file.blob_key, populate_existing=True)
    await session.delete(file)
    await session.exec(delete(RunFile).where(col(RunFile.file_id) == file_id))
    await session.flush()
    usage.files -= 1
    usage.size -= file.size
    blob.uses -= 1
    session.add(usage)
    if blob.uses > 0:
        session.add(blob)
        return Removed(file, None)
    await session.delete(blob)
    return Removed(file, blob.key)


def check_quota(used: int, size: int, quota: int) -> None:
    """Raise InputTooLarge when these bytes more are too many."""
    if quota and used + size > quota:
        raise InputTooLarge(
            f"Your files come to {used} bytes; {size} more are over your quota of {quota} bytes.",
            hint="Delete files that you need no more, or ask for a larger USER_QUOTA.",
            code="quota_exceeded",
        )


async def used(session: AsyncSession, owner: str) -> int:
    """How many bytes an owner's files and uploads under way come to."""
    usage = await session.get(FileUsage, owner)
    under_way = select(func.coalesce(func.sum(Upload.length), 0)).where(col(Upload.owner) == owner)
    return (usage.size if usage else 0) + int((await session.exec(under_way)).one())


async def usage_by(session: AsyncSession, column: Any, *, owner: str | None) -> dict[str, Usage]:
    """How many files there are by a column's values, and their bytes."""
    query = sa_select(column, func.count(), func.coalesce(func.sum(File.size), 0)).group_by(column)
    if owner is not None:
        query = query.where(col(File.owner) == owner)
    rows = (await (await session.connection()).execute(query)).all()
    return {str(value): Usage(int(files), int(size)) for value, files, size in rows}


async def stored(session: AsyncSession, *, owner: str | None) -> int:
    """How many bytes lie in the storage, shared ones once."""
    query = select(func.coalesce(func.sum(Blob.size), 0))
    if owner is not None:
        query = query.where(col(Blob.owner) == owner)
    return int((await session.exec(query)).one())


async def expired(session: AsyncSession, moment: datetime, *, limit: int) -> Sequence[str]:
    """Files whose time is over, but those that a run needs which waits for a person."""
    waiting = (
        select(Run.run_id)
        .join(Thread, col(Thread.thread_id) == col(Run.thread_id))
        .where(Thread.status == "interrupted", sql_cast(col(Run.kwargs), String).contains(col(File.file_id)))
    )
    query = (
        select(File.file_id)
        .where(col(File.expires_at) < moment, ~waiting.correlate(File).exists())
        .limit(limit)
    )
    return (await session.exec(query)).all()


async def known_keys(session: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Those of these keys that have a row."""
    query = select(Blob.key).where(col(Blob.key).in_(keys))
    return set((await session.exec(query)).all())


async def all_keys(session: AsyncSession) -> Sequence[str]:
    """Where the bytes of all files lie."""
    return (await session.exec(select(Blob.key))).all()


async def _locked_usage(session: AsyncSession, owner: str) -> FileUsage:
    new = insert_into(dialect_of(session), FileUsage).values(owner=owner, files=0, size=0)
    await session.exec(new.on_conflict_do_nothing())
    return await session.get_one(FileUsage, owner, with_for_update=True, populate_existing=True)
