"""Files that a run made: stored, and told on its stream."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from typing_extensions import TypedDict

from graphs.progress import ArtifactReady, emit
from tools.storage import base as storage

_CHUNK = 1024 * 1024


class FileNote(TypedDict):
    """A file that the run made."""

    file_id: str
    name: str
    media_type: str


async def keep_file(path: Path, name: str, *, media_type: str) -> FileNote:
    """Store a local file."""
    stored = await storage.current().write_stream(_chunks(path), name=name, media_type=media_type)
    return _told(FileNote(file_id=stored.file_id, name=name, media_type=media_type))


async def keep_bytes(data: bytes, name: str, *, media_type: str) -> FileNote:
    """Store what is in memory."""
    stored = await storage.current().write(data, name=name, media_type=media_type)
    return _told(FileNote(file_id=stored.file_id, name=name, media_type=media_type))


def _told(note: FileNote) -> FileNote:
    emit(ArtifactReady(name=note["name"], media_type=note["media_type"], file_id=note["file_id"]))
    return note


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
