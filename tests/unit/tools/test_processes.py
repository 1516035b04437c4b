"""Child processes: their output, their failures, and that nothing of them is left."""

import asyncio
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tools.errors import ErrorCategory, ProcessFailed
from tools.heartbeat import bind
from tools.processes import run_process

Ids = Callable[[], Awaitable[int]]

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not on PATH")

# A child that ignores SIGTERM, in a process that does as well; both write their ids into a named pipe.
STUBBORN = """
trap '' TERM
sh -c 'trap "" TERM; echo $$ > "$0"; exec sleep 1000' "$1" &
echo $$ > "$1"
wait
"""
# A process that says goodbye.
POLITE = """
trap 'echo bye > "$2"; exit 0' TERM
sleep 1000 &
echo $$ > "$1"
wait
"""


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Ids]:
    """Reads the next process id from the named pipe ``ids`` in the test's folder."""
    os.mkfifo(tmp_path / "ids")
    with open(os.open(tmp_path / "ids", os.O_RDWR), "rb", buffering=0) as ids:  # noqa: PTH123 - a descriptor
        yield lambda: asyncio.to_thread(lambda: int(ids.readline()))


def _living(group: int) -> list[int]:
    """The processes of a group that are more than zombies."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, pgrp = stat.read_text().rpartition(") ")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(pgrp) == group and state != "Z":
            found.append(int(stat.parent.name))
    return found


async def _ended(pid: int) -> None:
    """Wait until a process, whoever's child it is, has ended."""
    handle = os.pidfd_open(pid)
    try:
        assert (await asyncio.to_thread(select.select, [handle], [], [], 20))[0], "it lives"
    finally:
        os.close(handle)


async def test_output_and_input_pass_through() -> None:
    finished = await run_process(["tr", "a-z", "A-Z"], input=b"words")

    assert (finished.returncode, finished.stdout, finished.stderr) == (0, b"WORDS", b"")


async def test_no_shell_reads_the_arguments() -> None:
    finished = await run_process(["printf", "%s", "$HOME; `id`"])

    assert finished.stdout == b"$HOME; `id`"


async def test_directory_and_environment_are_as_given(tmp_path: Path) -> None:
    finished = await run_process(["/bin/sh", "-c", "pwd; echo $WORD"], cwd=tmp_path, env={"WORD": "x"})

    assert finished.stdout.decode().split() == [os.path.realpath(tmp_path), "x"]  # noqa: ASYNC240 - a word


async def test_large_input_and_output_do_not_block_each_other() -> None:
    data = os.urandom(4 * 1024 * 1024)

    assert (await run_process(["cat"], input=data)).stdout == data


async def test_a_failure_tells_the_last_lines_of_stderr() -> None:
    script = "seq 1 20 >&2; exit 3"

    with pytest.raises(ProcessFailed) as caught:
        await run_process(["sh", "-c", script])

    assert caught.value.message == "sh failed with exit code 3: 16\n17\n18\n19\n20"
    assert caught.value.category.is_permanent


async def test_a_process_that_somebody_killed_may_be_tried_again() -> None:
    with pytest.raises(ProcessFailed) as caught:
        await run_process(["sh", "-c", "kill -9 $$"])

    assert "killed by signal 9" in caught.value.message
    assert not caught.value.category.is_permanent


async def test_a_missing_program_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(ProcessFailed) as caught:
        await run_process(["ffprobe", "-version"])

    assert (caught.value.code, caught.value.message) == ("program_missing", "ffprobe is not installed")
    assert "apt-get install ffmpeg" in caught.value.hint


async def test_a_missing_directory_is_not_taken_for_a_missing_program(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await run_process(["cat"], cwd=tmp_path / "nowhere")


async def test_output_is_bounded() -> None:
    with pytest.raises(ProcessFailed) as caught:
        await run_process(["cat", "/dev/zero"], stdout_limit=100_000)

    assert caught.value.category is ErrorCategory.TOO_LARGE


async def test_too_slow_a_process_ends_with_its_own_error() -> None:
    with pytest.raises(ProcessFailed) as caught:
        await run_process(["sleep", "1000"], timeout=0.05)

    assert (caught.value.code, caught.value.category.is_permanent) == ("process_timeout", False)


async def test_what_a_process_leaves_running_is_ended_with_it(tmp_path: Path) -> None:
    pids = tmp_path / "pids"

    await run_process(["sh", "-c", 'sleep 1000 & echo $$ > "$0"', str(pids)])

    assert _living(int(pids.read_text())) == []


async def test_after_a_cancellation_no_process_of_the_group_is_left(tmp_path: Path, pipe: Ids) -> None:
    running = asyncio.create_task(run_process(["sh", "-c", STUBBORN, "sh", tmp_path / "ids"], grace=0.1))
    group = os.getpgid(await pipe())
    await pipe()
    assert len(_living(group)) == 2

    running.cancel()
    await asyncio.wait([running])

    assert running.cancelled()
    assert _living(group) == []


async def test_a_cancellation_while_the_process_starts_leaves_none_either(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ids")
    with open(os.open(tmp_path / "ids", os.O_RDWR), "rb", buffering=0) as ids:  # noqa: PTH123, ASYNC230 - a descriptor
        running = asyncio.create_task(run_process(["sh", "-c", STUBBORN, "sh", tmp_path / "ids"], grace=0.1))
        for _ in range(3):  # enough to fork, too little to learn of it
            await asyncio.sleep(0)
        group = os.getpgid(int(ids.readline()))  # the loop stands still meanwhile
        ids.readline()

    running.cancel()
    await asyncio.wait([running])

    assert running.cancelled()
    assert _living(group) == []


async def test_a_second_cancellation_does_not_save_the_group(tmp_path: Path, pipe: Ids) -> None:
    running = asyncio.create_task(run_process(["sh", "-c", STUBBORN, "sh", tmp_path / "ids"], grace=1000))
    ids = [await pipe(), await pipe()]
    ended = [asyncio.create_task(_ended(pid)) for pid in ids]

    running.cancel()
    await asyncio.wait([running], timeout=0.05)
    running.cancel()
    await asyncio.wait([running])

    await asyncio.gather(*ended)
    assert running.cancelled()


async def test_a_process_that_follows_sigterm_is_not_killed(tmp_path: Path, pipe: Ids) -> None:
    told = tmp_path / "told"
    running = asyncio.create_task(run_process(["sh", "-c", POLITE, "sh", tmp_path / "ids", told], grace=20))
    await pipe()

    running.cancel()
    await asyncio.wait([running])

    assert told.read_text() == "bye\n"


async def test_output_is_a_sign_of_life() -> None:
    heard: list[int] = []

    with bind(lambda: heard.append(1)):
        await run_process(["echo", "x"])

    assert heard


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
async def test_a_killed_parent_takes_its_process_along(tmp_path: Path, pipe: Ids) -> None:
    script = (
        "import asyncio, sys\nfrom tools.processes import run_process\n"
        "asyncio.run(run_process(['sh', '-c', 'echo $$ > $0; exec sleep 1000', sys.argv[1]]))"
    )
    command = [sys.executable, "-c", script, tmp_path / "ids"]
    with subprocess.Popen(command, cwd=Path(__file__).parents[3]) as parent:  # noqa: ASYNC220 - it is killed
        ended = asyncio.create_task(_ended(await pipe()))
        parent.send_signal(signal.SIGKILL)

    await ended


@needs_ffmpeg
async def test_ffmpeg_makes_a_sound_that_ffprobe_measures(tmp_path: Path) -> None:
    sound = tmp_path / "sound.wav"
    tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1.5"]

    await run_process(["ffmpeg", "-v", "error", *tone, sound], timeout=60)
    asked = ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]
    probed = await run_process(["ffprobe", *asked, sound], timeout=60)

    assert float(probed.stdout) == pytest.approx(1.5)


@needs_ffmpeg
async def test_ffmpeg_says_what_it_could_not_read(tmp_path: Path) -> None:
    with pytest.raises(ProcessFailed) as caught:
        await run_process(
            ["ffmpeg", "-v", "error", "-i", tmp_path / "no.wav", tmp_path / "out.wav"], timeout=60
        )

    assert "No such file or directory" in caught.value.message
