"""Folders for the files of one step, which vanish with it, and those of killed processes with the next."""

import asyncio
import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

from tools.cancellation import opened
from tools.errors import ErrorCategory, ServiceError

_PREFIX = "scriptorium-video-"
_LOCK = "in_use"


@asynccontextmanager
async def workspace() -> AsyncGenerator[Path]:
    """A new folder that only this user can read, in the system's place for temporary files (TMPDIR)."""
    await asyncio.to_thread(sweep)
    async with opened(_locked) as folder:
        try:
            yield folder
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def write_file(path: Path, chunks: AsyncIterator[bytes]) -> None:
    """Write what comes.

    Raises:
        ServiceError: "disk_full".
    """
    try:
        with path.open("wb") as file:
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)
    except OSError as error:
        raise disk_full(error) from error


def disk_full(error: OSError) -> ServiceError:
    """What to say when temporary files find no place."""
    return ServiceError(
        f"temporary files cannot be written: {error.strerror}",
        hint=f"A film needs about three times its size in {tempfile.gettempdir()}; TMPDIR names another.",
        code="disk_full",
        category=ErrorCategory.CONNECTIVITY,
    )


def sweep() -> int:
    """Remove the folders of processes that were killed; returns how many those were."""
    swept = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError), (folder / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while its owner lives
            shutil.rmtree(folder, ignore_errors=True)
            swept += 1
    return swept


@contextlib.contextmanager
def _locked() -> Generator[Path]:
    """The lock is taken under another name, so that no sweep sees the folder unlocked."""
    hidden = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}"))
    with (hidden / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = hidden.with_name(hidden.name.removeprefix("."))
        hidden.rename(folder)
        yield folder
