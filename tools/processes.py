"""Child processes, such as ffmpeg: waited for without blocking, bounded, and gone when their caller is."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from tools.errors import ErrorCategory, ProcessFailed
from tools.heartbeat import beat
from tools.parent_death import dying_with_parent

STDOUT_LIMIT = 64 * 1024 * 1024  # bytes; results larger than this belong in files
GRACE_SECONDS = 3.0  # between SIGTERM and SIGKILL
_REAPING_SECONDS = 1.0  # for the loop to learn that a killed process is gone
_STDERR_KEPT = 64 * 1024  # bytes, the last ones
_LINES_TOLD = 5
_PACKAGES = {"ffprobe": "ffmpeg"}  # Debian's name where it is not the program's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A process that ended well."""

    returncode: int  #: Always 0: another one raises.
    stdout: bytes
    stderr: bytes  #: Its last 64 KiB.


async def run_process(
    args: Sequence[str | Path],
    *,
    input: bytes | None = None,
    timeout: float | None = None,  # noqa: ASYNC109 - the time-out has an error of its own
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdout_limit: int = STDOUT_LIMIT,
    grace: float = GRACE_SECONDS,
    listen: Callable[[bytes], None] | None = None,
) -> Finished:
    """Run a program, without a shell, in a process group of its own.

    However this call ends, no process of the group is left: on cancellation and time-out all of them get
    SIGTERM, then SIGKILL. When this whole process is killed, Linux ends the program, but not what it started.

    Args:
        args: The program, by its name on PATH or its path, and its arguments.
        input: What it reads from its standard input; None: nothing.
        timeout: Seconds that it may take.
        cwd: Its working directory.
        env: Its whole environment; None: this process's.
        stdout_limit: Bytes that it may write to its standard output.
        grace: Seconds from SIGTERM to SIGKILL.
        listen: Gets its standard output as it comes, piece by piece; then none of it is kept, or limited.

    Raises:
        ProcessFailed: It is not installed, failed, took too long or wrote too much.
    """
    name = Path(args[0]).name
    watch = _Watch(stdout_limit, listen)
    # A task of its own, so that a cancellation between fork and exec cannot lose sight of the process.
    life = asyncio.create_task(_live(args, watch, input, cwd, env, grace))
    try:
        async with asyncio.timeout(timeout):
            await asyncio.shield(life)
    except TimeoutError:
        raise ProcessFailed(
            f"{name} took longer than {timeout:g} s",
            code="process_timeout",
            category=ErrorCategory.CONNECTIVITY,
        ) from None
    finally:
        watch.ended.set()
        try:
            await asyncio.wait([life])
        except asyncio.CancelledError:
            life.cancel()  # asked twice: no time is left to be polite
            await asyncio.wait([life])
            raise
    return _judge(name, watch)


async def _live(
    args: Sequence[str | Path],
    watch: "_Watch",
    data: bytes | None,
    cwd: Path | None,
    env: Mapping[str, str] | None,
    grace: float,
) -> None:
    """From the start of a process to the end of its group."""
    transport = await _start(args, watch, cwd, env)
    try:
        _feed(transport, data)
        await watch.ended.wait()
    finally:
        await _end(transport, watch, grace)


class _Watch(asyncio.SubprocessProtocol):
    """Collects what a process writes, and notices its end even while its children hold its pipes."""

    def __init__(self, stdout_limit: int, listen: Callable[[bytes], None] | None) -> None:
        self.stdout, self.stderr = bytearray(), bytearray()
        self.returncode: int | None = None
        self.wrote_too_much = False
        self.ended = asyncio.Event()  #: It has exited, wrote too much, or is wanted no longer.
        self.exited = asyncio.Event()
        self.closed = asyncio.Event()  #: It has exited, and nobody holds its pipes.
        self._limit, self._listen = stdout_limit, listen
        self._transport: asyncio.SubprocessTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        beat()
        if fd == 2:
            self.stderr += data
            del self.stderr[:-_STDERR_KEPT]
        elif self._listen is not None:
            self._listen(data)
        elif len(self.stdout) + len(data) > self._limit:
            self.wrote_too_much = True
            self.ended.set()
        else:
            self.stdout += data

    def process_exited(self) -> None:
        assert self._transport is not None  # noqa: S101 - connection_made comes first
        self.returncode = self._transport.get_returncode()
        self.exited.set()
        self.ended.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()


async def _start(
    args: Sequence[str | Path], watch: _Watch, cwd: Path | None, env: Mapping[str, str] | None
) -> asyncio.SubprocessTransport:
    try:
        transport, _ = await asyncio.get_running_loop().subprocess_exec(
            lambda: watch,
            *map(str, args),
            cwd=cwd,
            env=env,
            start_new_session=True,
            preexec_fn=dying_with_parent(),
        )
    except FileNotFoundError as error:
        if cwd is not None and str(error.filename) == str(cwd):
            raise
        program = str(args[0])
        raise ProcessFailed(
            f"{program} is not installed",
            hint=f"Install it (on Debian: apt-get install {_PACKAGES.get(program, program)}), or see that "
            "PATH leads to it.",
            code="program_missing",
            category=ErrorCategory.NOT_FOUND,
        ) from None
    return transport


def _feed(transport: asyncio.SubprocessTransport, data: bytes | None) -> None:
    stdin = cast("asyncio.WriteTransport", transport.get_pipe_transport(0))
    if data:
        stdin.write(data)
    stdin.close()  # once all is written


async def _end(transport: asyncio.SubprocessTransport, watch: _Watch, grace: float) -> None:
    """Leave no process of the group, also when this is cancelled."""
    group = transport.get_pid()
    try:
        if not watch.exited.is_set():
            _signal(group, signal.SIGTERM)
            await _within(grace, watch.exited)
        _signal(group, signal.SIGKILL)
        await _within(grace, watch.exited)
        await _within(grace, watch.closed)  # a process that has left the group may hold the pipes open
    finally:
        _signal(group, signal.SIGKILL)
        await _within(_REAPING_SECONDS, watch.exited)  # else its end would find no loop that still listens
        transport.close()


async def _within(seconds: float, event: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _signal(group: int, number: int) -> None:
    """Send a signal to every process of a group, if there is one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS refuses when only zombies are left
        os.killpg(group, number)


def _judge(name: str, watch: _Watch) -> Finished:
    if watch.wrote_too_much:
        raise ProcessFailed(
            f"{name} wrote more than the limit to its standard output",
            hint="Have it write into a file.",
            code="process_output_too_large",
            category=ErrorCategory.TOO_LARGE,
        )
    if watch.returncode:
        raise _failure(name, watch.returncode, bytes(watch.stderr))
    return Finished(returncode=0, stdout=bytes(watch.stdout), stderr=bytes(watch.stderr))


def _failure(name: str, code: int, stderr: bytes) -> ProcessFailed:
    """A process that somebody killed may end well the next time; one that gave up will not."""
    lines = stderr.decode(errors="replace").strip().splitlines()[-_LINES_TOLD:]
    how = f"was killed by signal {-code}" if code < 0 else f"failed with exit code {code}"
    category = ErrorCategory.CONNECTIVITY if code < 0 else ErrorCategory.INVALID_INPUT
    return ProcessFailed(
        ": ".join([f"{name} {how}", *(["\n".join(lines)] if lines else [])]), category=category
    )
