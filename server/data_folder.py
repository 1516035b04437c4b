"""The folder of everything that the service keeps: who may use it, and the secrets that lie in it."""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Generator
from pathlib import Path


class DataFolderBusy(Exception):
    """Another server runs on the folder; the message names it."""


@contextlib.contextmanager
def hold(folder: Path) -> Generator[None]:
    """Keep every other server off this folder while the with block runs.

    Raises:
        DataFolderBusy: When another server holds it.
    """
    prepare(folder)
    with (folder / "server.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise DataFolderBusy(
                f"Another Scriptorium (process {lock.read().strip()}) serves {folder.resolve()}: "
                "stop it, or give this one another DATA_DIR."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def prepare(folder: Path) -> None:
    """Create the folder, readable by this user alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def kept_secret(folder: Path, name: str) -> bytes:
    """A random secret that is made once and kept in the folder."""
    path = folder / name
    with contextlib.suppress(FileExistsError):
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(made, "wb") as file:  # noqa: PTH123 - it has to be this descriptor, with its mode
            file.write(secrets.token_hex(32).encode())
    return path.read_bytes()
