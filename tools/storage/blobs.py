"""Where bytes lie: the interface of storage backends, which know keys and nothing of names or owners.

A key is made by the service and never comes from outside. Bytes under a key never change: they are put whole,
read, and deleted.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

from tools.errors import NotFound

CHUNK = 256 * 1024  # bytes that are read at a time
_KEY = re.compile(r"[0-9a-z][0-9a-z-]*(/[0-9a-z][0-9a-z.-]*)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A request that whoever knows it may make of the backend itself, for a while."""

    method: Literal["GET", "PUT"]
    url: str
    headers: dict[str, str]  #: To be sent as they are; the signature covers them.
    expires_at: datetime  #: UTC.


class Blobs(Protocol):
    """Keeps bytes by key."""

    async def put(self, key: str, source: Path) -> None:
        """Keep a file of this machine under a key: it is whole when this returns, and the source gone."""
        ...

    async def size(self, key: str) -> int:
        """How many bytes lie under a key; raises NotFound."""
        ...

    def read(self, key: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Bytes under a key, from an offset on, in chunks; raises NotFound."""
        ...

    async def delete(self, key: str) -> None:
        """Remove what is under a key; nothing happens when nothing is."""
        ...

    def keys(self, *, before: datetime | None = None) -> AsyncIterator[str]:
        """Every key, or those that were put before a moment."""
        ...

    async def check(self) -> None:
        """Write and remove something; raises when that cannot be done."""
        ...

    def download_link(self, key: str, *, name: str, media_type: str, lasting: timedelta) -> Link | None:
        """A link to read a key by, as a download of this name; None where the backend has none."""
        ...

    def upload_link(self, key: str, *, size: int, lasting: timedelta) -> Link | None:
        """A link to put exactly this many bytes by; None where the backend has none."""
        ...


def checked(key: str) -> str:
    """The key, if it is one; raises ValueError, for a key from outside is a fault of ours."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key of a blob")
    return key


def missing(key: str) -> NotFound:
    """What to raise when nothing is under a key."""
    return NotFound(
        f"The storage has nothing under {key}.",
        hint="The file was deleted, or its storage is another one than it was written to.",
        code="bytes_gone",
    )
