"""Where file bytes lie: one interface, and the storage that the current task works with.

A graph knows files by id only. Whoever runs it (the server, the command line, a test) binds a storage
around the run; nodes and the tasks that they start inherit it.
"""

from collections.abc import AsyncIterator, Collection, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tools.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """What is known of one stored file."""

    file_id: str  #: UUID; the only handle that leaves the storage.
    name: str  #: The name it was given; for people, never a path.
    size: int  #: Bytes.
    media_type: str
    created_at: datetime  #: UTC.
    sha256: str  #: Of its bytes, in hexadecimal.


class Storage(Protocol):
    """Keeps files by id. Every method raises NotFound for an unknown id."""

    async def write(self, data: bytes, *, name: str, media_type: str) -> StoredFile:
        """Keep these bytes as a new file; it is complete before its id is returned.

        Args:
            media_type: What it is; "" to find out from its bytes and name.
        """
        ...

    async def write_stream(
        self, chunks: AsyncIterator[bytes], *, name: str, media_type: str, max_bytes: int | None = None
    ) -> StoredFile:
        """Keep a file that arrives in chunks; raises InputTooLarge past a limit and keeps nothing."""
        ...

    async def describe(self, file_id: str) -> StoredFile:
        """What is known of a file."""
        ...

    async def read(self, file_id: str) -> bytes:
        """A file's bytes."""
        ...

    def read_stream(self, file_id: str) -> AsyncIterator[bytes]:
        """A file's bytes in pieces, for files that are too large for memory."""
        ...

    async def delete(self, file_id: str) -> None:
        """Remove a file for good."""
        ...

    async def find(self, names: Collection[str]) -> Mapping[str, StoredFile]:
        """Of these names, those under which the run's thread has written a file, with one such file each."""
        ...

    def scratch(self) -> "Storage":
        """The same, for files that only spare a repetition: they may be gone after some hours."""
        ...


_bound: ContextVar[Storage | None] = ContextVar("storage", default=None)


@contextmanager
def bind(storage: Storage) -> Generator[None]:
    """Make this the storage of the code inside the with block, and of the tasks that it starts."""
    token = _bound.set(storage)
    try:
        yield
    finally:
        _bound.reset(token)


def bound() -> Storage | None:
    """The storage of the current task, or None where nobody bound one."""
    return _bound.get()


def current() -> Storage:
    """The storage of the current task.

    Raises:
        InvalidInput: When none is bound, so a file id means nothing here.
    """
    storage = _bound.get()
    if storage is None:
        raise InvalidInput(
            "Files cannot be read here: no file storage is bound to this run.",
            hint="Pass the text itself, or bind a storage: tools.storage.base.bind(LocalStorage(folder)).",
            code="no_storage",
        )
    return storage
