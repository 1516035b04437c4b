"""Running ffmpeg: its progress, its end, and the files around it."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from tools.media import ffmpeg
from tools.media.ffmpeg import run_ffmpeg
from tools.media.workspace import sweep, workspace

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not on PATH")
ENDLESS = ["-re", "-f", "lavfi", "-i", "color=s=32x32:r=5:d=1000", "-f", "null", "-"]


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for temporary files that no other test uses."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@needs_ffmpeg
async def test_progress_is_that_which_ffmpeg_reports() -> None:
    told: list[float] = []

    await run_ffmpeg(
        ["-f", "lavfi", "-i", "color=s=32x32:r=5:d=3", "-f", "null", "-"], on_progress=told.append
    )

    assert told[-1] == pytest.approx(3, abs=0.3)
    assert told == sorted(told)


@needs_ffmpeg
async def test_cancelling_ends_ffmpeg_and_removes_its_files(own_place: Path) -> None:
    started = asyncio.Event()

    async def work() -> None:
        async with workspace() as folder:
            (folder / "film").write_bytes(b"x")
            await run_ffmpeg(ENDLESS, on_progress=lambda _: started.set())

    task = asyncio.create_task(work())
    await asyncio.wait_for(started.wait(), 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert _children("ffmpeg") == []
    assert os.listdir(own_place) == []  # noqa: PTH208 - what pathlib does, ruff takes for a wait


def _children(name: str) -> list[str]:
    """Programs of this name that this process has started and that still run."""
    found: list[str] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = stat.read_text().rpartition(") ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent = rest.split()[:2]
        if parent == str(os.getpid()) and state != "Z" and name in head:
            found.append(head)
    return found


async def test_folders_of_killed_processes_are_swept_and_those_in_use_are_not(own_place: Path) -> None:
    killed = own_place / "scriptorium-video-dead"
    killed.mkdir()
    (killed / "in_use").touch()
    (killed / "film").write_bytes(b"x")
    async with workspace() as folder:
        assert not killed.exists()
        assert sweep() == 0
        assert folder.exists()
        assert folder.stat().st_mode & 0o077 == 0


def test_without_ffmpeg_on_path_the_one_of_the_package_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    ffmpeg.program.cache_clear()
    try:
        assert "imageio_ffmpeg" in ffmpeg.program()
    finally:
        ffmpeg.program.cache_clear()
