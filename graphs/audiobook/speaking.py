"""The node that speaks a chapter: line by line, none that this thread has spoken before.

A line's sound is kept as a file as soon as it is there, under a name that follows from all that it depends
on. So a run whose worker was killed finds what was spoken, and a line that comes again is spoken once.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphs.audiobook.reading import read_text
from graphs.audiobook.requests import request_for, sound_name
from graphs.audiobook.stage import Stage, find_stage
from graphs.audiobook.state import ChapterTask, Failure, Sound, State, Update
from graphs.model_calls import counted_calls
from graphs.progress import shared_meter
from tools import heartbeat
from tools.audiobook.sound import Request, as_wav, samples_in, trimmed
from tools.audiobook.timeline import samples
from tools.errors import ErrorCategory, ServiceError
from tools.storage import base as storage
from tools.storage.base import StoredFile

_BEAT_MS = 600  # of a quotation that is but dots
_MOST_RUNS = 256  # that are told apart in one process
_OF_THE_LINE = (ErrorCategory.CONTENT_FILTER, ErrorCategory.INVALID_ANSWER, ErrorCategory.INVALID_INPUT)


@dataclass(slots=True)
class _Studio:
    """What the chapters of one run share in a process: turns, and what is being spoken."""

    turns: asyncio.Semaphore
    locks: dict[str, asyncio.Lock] = field(default_factory=dict[str, asyncio.Lock])
    spoken: dict[str, Sound] = field(default_factory=dict[str, Sound])


_studios: OrderedDict[str, _Studio] = OrderedDict()


def _studio(task: ChapterTask) -> _Studio:
    if task["run"] not in _studios:
        _studios[task["run"]] = _Studio(asyncio.Semaphore(task["at_once"]))
        while len(_studios) > _MOST_RUNS:
            _studios.popitem(last=False)
    return _studios[task["run"]]


async def speak_chapter(state: ChapterTask) -> Update:
    """Have every line of a chapter spoken; one that cannot be is told, and does not stop the others.

    Raises:
        Unavailable, ModelUnavailable: Nothing speaks now. What was spoken is kept.
        BudgetSpent: Likewise, until there is more.
    """
    stage = await find_stage(state["language"])
    source = await read_text(state["text_file_id"])
    speed, takes = state["speed"], state["takes"]
    asked = {line["id"]: request_for(line, source, stage, speed, takes) for line in state["lines"]}
    names = {sound_name(request) for request in asked.values() if request is not None}
    known = await storage.current().find(names)
    meter = shared_meter(state["run"], stage="voices", total=state["total"], unit="lines")
    sounds: dict[str, Sound] = {}
    failures: list[Failure] = []

    async def speak(id: str, request: Request | None) -> None:
        try:
            sounds[id] = await _sound(request, known, stage, _studio(state))
        except ServiceError as error:
            if error.category not in _OF_THE_LINE:
                raise
            failures.append(Failure(line=id, code=error.code, message=error.message))
        meter.advance(1)

    with counted_calls() as consumed:
        try:
            async with asyncio.TaskGroup() as group:
                for id, request in asked.items():
                    group.create_task(speak(id, request))
        except ExceptionGroup as stopped:
            # One says it all: the others were cancelled, or failed alike. Who judges it knows no groups.
            raise stopped.exceptions[0] from None
    return {"sounds": sounds, "failures": failures, "usages": [consumed.fields()]}


async def hear_all(state: State) -> Update:
    """Bring together what all chapters say: a branch of a chapter's own would see that chapter alone."""
    order = {line["id"]: at for at, line in enumerate(state["lines"])}
    return {"failed_lines": sorted(state["failures"], key=lambda failure: order[failure["line"]])}


async def _sound(
    request: Request | None, known: Mapping[str, StoredFile], stage: Stage, studio: _Studio
) -> Sound:
    if request is None:
        return ["", samples(_BEAT_MS)]
    name = sound_name(request)
    if (file := known.get(name)) is not None:
        return [file.file_id, samples_in(file.size)]
    async with studio.locks.setdefault(name, asyncio.Lock()):
        if name not in studio.spoken:
            with heartbeat.beating():
                await studio.turns.acquire()
            try:
                studio.spoken[name] = await _speak(request, name, stage)
            finally:
                studio.turns.release()
        return studio.spoken[name]


async def _speak(request: Request, name: str, stage: Stage) -> Sound:
    said = await stage.speaker.say(
        request.text,
        voice=request.voice.partition("@")[0] or None,
        language=request.language,
        speed=request.speed,
        pitch=request.pitch,
        instruction=request.instruction,
    )
    data = as_wav(await asyncio.to_thread(trimmed, said.data))
    file = await storage.current().scratch().write(data, name=name, media_type="audio/wav")
    return [file.file_id, samples_in(file.size)]
