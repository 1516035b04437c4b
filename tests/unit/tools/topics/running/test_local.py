"""Jobs in child processes: errors are explained, memory is bounded, and none outlives its caller."""

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from evals.topics_planted import plant
from tools.errors import ServiceError
from tools.topics.running.job import Job
from tools.topics.running.local import LocalProcesses
from tools.topics.running.steps import CORPUS


def training(iterations: int) -> Job:
    spec = {"kind": "lda", "topics": 5, "iterations": iterations}
    return Job(
        step="train",
        settings={"spec": spec, "again": 0},
        files={CORPUS: plant(1, documents=100).corpus.save()},
    )


def unheard(done: int, total: int) -> None:
    """Nobody watches."""


def children() -> set[int]:
    """Processes of jobs that this one has started."""
    found: set[int] = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"tools.topics.running.child" in command and parent == os.getpid():
            found.add(int(process.name))
    return found


async def _begun(place: LocalProcesses) -> asyncio.Task[dict[str, bytes]]:
    """A training that has most of its seconds to go, once it is under way."""
    under_way = asyncio.Event()
    task = asyncio.create_task(place.run(training(20_000), lambda done, total: under_way.set()))
    waiting = asyncio.create_task(under_way.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    assert under_way.is_set(), task.exception()
    return task


async def test_a_cancelled_training_is_gone_at_once() -> None:
    task = await _begun(LocalProcesses())
    (child,) = children()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert child not in children()


async def test_a_killed_training_is_told_as_one_that_may_pass_the_next_time() -> None:
    task = await _begun(LocalProcesses())
    (child,) = children()

    os.kill(child, signal.SIGKILL)
    with pytest.raises(ServiceError, match="signal 9") as failed:
        await task

    assert not failed.value.category.is_permanent


async def test_a_jobs_own_error_comes_back_as_it_was() -> None:
    job = Job(step="profile", settings={"files": {"f": "a.csv"}}, files={"f": b"text,year\n"})

    with pytest.raises(ServiceError) as failed:
        await LocalProcesses().run(job, unheard)

    assert failed.value.code == "empty_input"
    assert failed.value.hint


async def test_a_job_that_needs_too_much_memory_is_refused_with_what_to_do() -> None:
    text = json.dumps({"text": "word " * 2000})
    job = Job(step="profile", settings={"files": {"f": "a.jsonl"}}, files={"f": f"{text}\n".encode() * 9000})

    with pytest.raises(ServiceError) as failed:
        await LocalProcesses(memory_mb=160).run(job, unheard)

    assert failed.value.code == "job_out_of_memory"
    assert "TOPICS_MEMORY_MB" in failed.value.hint
