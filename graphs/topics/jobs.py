"""How nodes have work done outside of the service's process, and where its files are kept."""

import json
from collections.abc import Mapping
from typing import Any

from langgraph.runtime import get_runtime

from graphs.progress import StageProgress, emit
from tools import heartbeat
from tools.storage import base as storage
from tools.topics.running.current import training_place, work_place
from tools.topics.running.job import TRAINING, Job, StepName, Tell

_ARCHIVE = "application/zip"


async def work(
    step: StepName, settings: dict[str, Any], files: Mapping[str, bytes], tell: Tell | None = None
) -> dict[str, bytes]:
    """Have a step done, where such steps are done.

    Args:
        tell: Hears of progress; each word of it is a sign of life, too.
    """
    place = training_place() if step in TRAINING else work_place()
    with heartbeat.bind(get_runtime().heartbeat), heartbeat.beating():
        return await place.run(Job(step=step, settings=settings, files=dict(files)), _beating(tell))


def staged(stage: str, unit: str) -> Tell:
    """Tells a step's progress as a stage's."""
    last = -1

    def tell(done: int, total: int) -> None:
        nonlocal last
        if done > last:
            last = done
            emit(StageProgress(stage=stage, done=done, total=total, unit=unit))

    return tell


def _beating(tell: Tell | None) -> Tell:
    def told(done: int, total: int) -> None:
        heartbeat.beat()
        if tell is not None:
            tell(done, total)

    return told


def facts_of(made: Mapping[str, bytes], name: str) -> dict[str, Any]:
    """A step's JSON."""
    return json.loads(made[name])


async def read(file_id: str) -> bytes:
    """A file's bytes.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    return await storage.current().read(file_id)


async def keep(data: bytes, name: str, media_type: str = _ARCHIVE) -> str:
    """Store a file that the job needs later, or its owner; the id."""
    return (await storage.current().write(data, name=name, media_type=media_type)).file_id
