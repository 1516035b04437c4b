"""Running ffmpeg: where it is, what it may read, and how far it is.

Arguments are lists, and no name from outside is among them: every file has a name of our own in a folder of
our own. ffmpeg reads nothing but local files (``-protocol_whitelist``), in a format that our own look at its
first bytes has told (tools/media/containers.py).
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from tools.errors import ErrorCategory, ProcessFailed
from tools.processes import Finished, run_process

Progress = Callable[[float], None]
"""Is told how many seconds of the film are done."""

_LONGEST = 48 * 3600.0  # seconds; a film that takes longer never ends


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A local file, and the reader that ffmpeg is to use for it."""

    path: Path
    demuxer: str

    def as_input(self) -> list[str]:
        """The arguments that have ffmpeg read it."""
        return ["-protocol_whitelist", "file,pipe", "-f", self.demuxer, "-i", f"file:{self.path}"]


@cache
def program() -> str:
    """ffmpeg: that on PATH, else the one that the package imageio-ffmpeg brings.

    Raises:
        ProcessFailed: "program_missing".
    """
    if found := shutil.which("ffmpeg"):
        return found
    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError:
        raise ProcessFailed(
            "ffmpeg is not installed, and the package imageio-ffmpeg has none for this machine",
            hint="Install ffmpeg (on Debian: apt-get install ffmpeg), or see that PATH leads to it.",
            code="program_missing",
            category=ErrorCategory.NOT_FOUND,
        ) from None


async def run_ffmpeg(
    args: Sequence[str | Path], *, cwd: Path | None = None, on_progress: Progress | None = None
) -> str:
    """Run ffmpeg to its end; cancelling ends it.

    Args:
        args: Inputs, filters and outputs. Files that it writes are overwritten.
        cwd: Its working directory, for filters that name files.
        on_progress: Is told how far it is, by what ffmpeg itself reports.

    Returns:
        What it had to complain about.

    Raises:
        ProcessFailed: It is not installed, or failed.
    """
    reader = _ProgressReader(on_progress)
    command = [program(), "-hide_banner", "-nostdin", "-y", "-loglevel", "warning", "-nostats"]
    finished = await run_process(
        [*command, "-progress", "pipe:1", *args], timeout=_LONGEST, cwd=cwd, listen=reader.feed
    )
    return finished.stderr.decode(errors="replace")


async def read_ffmpeg(
    args: Sequence[str | Path], *, stdout_limit: int, input: bytes | None = None, seconds: float = _LONGEST
) -> bytes:
    """What ffmpeg writes to its standard output (``pipe:1``).

    Args:
        input: What it reads from its standard input (``pipe:0``).
        seconds: How long it may take.

    Raises:
        ProcessFailed: It is not installed, failed, or wrote more than the limit.
    """
    command = [program(), "-hide_banner", "-nostdin", "-loglevel", "error", *args]
    finished: Finished = await run_process(command, input=input, timeout=seconds, stdout_limit=stdout_limit)
    return finished.stdout


class _ProgressReader:
    """Reads the lines of ``-progress``: key=value, a block for each report."""

    def __init__(self, on_progress: Progress | None) -> None:
        self._tell = on_progress
        self._rest = b""

    def feed(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            key, _, value = line.partition(b"=")
            if key == b"out_time_us" and value.strip().isdigit() and self._tell is not None:
                self._tell(int(value) / 1_000_000)
