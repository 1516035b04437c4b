"""What follows a cancellation."""

import asyncio
from pathlib import Path
from threading import Event
from typing import IO

from tools.cancellation import completed, end, opened


async def test_work_that_has_to_follow_is_done_however_often_it_is_cancelled() -> None:
    begun, gate, done = asyncio.Event(), asyncio.Event(), list[str]()

    async def work() -> None:
        begun.set()
        await gate.wait()
        done.append("done")

    waiting = asyncio.create_task(completed(work()))
    await begun.wait()
    for _ in range(3):
        waiting.cancel()
        await asyncio.sleep(0)
    gate.set()
    await asyncio.wait({waiting})

    assert waiting.cancelled()
    assert done == ["done"]


async def test_a_file_is_closed_when_nobody_waits_for_its_opening_any_more(tmp_path: Path) -> None:
    begun, gate, files = Event(), Event(), list[IO[bytes]]()

    def opening() -> IO[bytes]:
        begun.set()
        gate.wait()
        files.append((tmp_path / "file").open("wb"))
        return files[0]

    async def use() -> None:
        async with opened(opening):
            pass

    using = asyncio.create_task(use())
    await asyncio.to_thread(begun.wait)
    using.cancel()
    gate.set()
    await asyncio.wait({using})

    assert using.cancelled()
    assert files[0].closed


async def test_a_task_that_swallows_cancellations_is_cancelled_until_it_ends() -> None:
    swallowed = 0

    async def work() -> None:
        nonlocal swallowed
        while swallowed < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed += 1

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await end(task)

    assert (task.done(), swallowed) == (True, 3)
