"""Work in one call: a text is translated while one waits, films and subtitles become tasks."""

import asyncio
from collections import Counter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from server.api.deps import Open
from server.api.following import ended
from server.api.jobs.translator import board
from server.api.jobs.translator.envelope import FAILURES, EnvelopeRoute, success
from server.api.jobs.translator.fields import LanguageName, OldBody, Snaked, file_id_of, without_nothing
from server.api.jobs.translator.modules import ALIASES, known_module
from server.api.jobs.translator.task import KEY, attached
from server.db.models import Run, now
from server.db.repositories import model_usage
from server.files import ownership
from server.resources import Resources
from tools.errors import InvalidInput, ModelUnavailable, ServiceError

router = APIRouter(prefix="/api/v1", tags=["translation"], route_class=EnvelopeRoute, responses=FAILURES)

_SUBTITLE_OPERATIONS = {
    "translate": "subtitle-translate",
    "sync": "subtitle-sync",
    "align": "subtitle-align",
    "detect_conflict": "subtitle-check",
    "fix_conflict": "subtitle-fix",
}
_VIDEO_OPERATIONS = {
    "translate": "video-translate",
    "extract": "subtitle-extract",
    "extract_subtitles": "subtitle-extract",
    "erase": "subtitle-erase",
    "burn": "subtitle-burn",
    "narration": "ai-narration",
    "emotion": "emotion-analysis",
}

Wait = Annotated[bool, Query(description="Answer when the work has ended.")]


class TextToTranslate(OldBody):
    """A text, and its language."""

    text: str = Field(min_length=1)
    target_language: LanguageName
    source_language: LanguageName = "auto"


class Process(OldBody):
    """A file, and what is to become of it."""

    operation: str
    target_language: LanguageName | None = None
    source_language: LanguageName | None = None
    options: dict[str, Any] = Field(default={})


class SubtitleProcess(Process):
    """A subtitle file."""

    subtitle_url: str
    reference_url: str | None = None


class VideoProcess(Process):
    """A film."""

    video_url: str
    subtitle_url: str | None = None


class Described(OldBody):
    """Work of the Python service's contract."""

    type: str | None = None
    module: str | None = None
    task_name: str = ""
    video_url: str | None = None
    subtitle_url: str | None = None
    text: str | None = None
    text_content: str | None = None
    source_language: LanguageName | None = None
    target_language: LanguageName | None = None
    operation: str | None = None
    output_format: str | None = None
    options: dict[str, Any] = Field(default={})


@router.post("/translation/translate")
async def translate(body: Annotated[TextToTranslate, Snaked], resources: Open) -> Response:
    """A text in another language; an error where no model is there, never the source as its translation."""
    options = {"text": body.text, "target_language": body.target_language}
    task = await _task(resources, "translation", [], options | {"source_language": body.source_language})
    result = await _result(resources, task)
    of_target = result["targets"][body.target_language]
    if of_target["untranslated"] and not of_target["translated"]:
        raise ModelUnavailable(
            "The text was not translated: "
            + "; ".join(why["message"] for flag in of_target["flags"][:3] for why in flag["reasons"]),
            hint="Configure a model: PRIMARY_MODEL or TRANSLATE_MODEL.",
            code="translation_failed",
        )
    return success(
        {
            "originalText": body.text,
            "translatedText": of_target["text"],
            "sourceLanguage": result["document"]["language"] or body.source_language,
            "targetLanguage": body.target_language,
            "timestamp": now().isoformat(),
            "modelUsed": await _model_used(resources, task[1]),
            "flags": of_target["flags"],
            "taskId": task[0].thread_id,
        }
    )


@router.post("/subtitle/process")
async def process_subtitles(
    body: Annotated[SubtitleProcess, Snaked], resources: Open, wait: Wait = True
) -> Response:
    """Subtitles translated, moved, aligned, checked or mended."""
    module = _operation(body.operation, _SUBTITLE_OPERATIONS)
    addresses = {"subtitleUrl": body.subtitle_url, "referenceUrl": body.reference_url}
    return await _processed(resources, module, body, addresses, wait=wait)


@router.post("/video/process")
async def process_video(
    body: Annotated[VideoProcess, Snaked], resources: Open, wait: Wait = False
) -> Response:
    """A film's words translated, read, erased or drawn; it takes its time, so it answers with a task."""
    module = _operation(body.operation, _VIDEO_OPERATIONS)
    addresses = {"videoUrl": body.video_url, "subtitleUrl": body.subtitle_url}
    return await _processed(resources, module, body, addresses, wait=wait)


@router.post("/process/{kind}")
async def process(
    kind: Literal["video", "subtitle", "translate"], body: Annotated[Described, Snaked], resources: Open
) -> Response:
    """Begin a new task; ask /api/v1/tasks how far it is."""
    module = known_module(body.module or body.type or kind)
    task = await _task(resources, module, await _files(resources, _addresses(body)), _options(body))
    return success(await board.shown(resources, task), "Task started")


@router.post("/process/tasks/{job_id}")
async def process_known(job_id: str, body: Annotated[Described, Snaked], resources: Open) -> Response:
    """Begin a task with what is given here, and what it has."""
    return await _go_on(resources, job_id, body.module or body.type, body)


@router.get("/process/tasks/{job_id}/status")
async def process_status(job_id: str, resources: Open) -> Response:
    """How far a task is."""
    return success(await board.shown(resources, await board.find(resources, job_id)))


@router.post("/process/tasks/{job_id}/cancel")
async def process_cancel(job_id: str, resources: Open) -> Response:
    """Stop a task for good; one that is not being done stays as it is."""
    _, run = await board.find(resources, job_id)
    if run is not None:
        await resources.canceller.cancel(run.run_id)
    return success(await board.shown(resources, await board.find(resources, job_id)))


@router.post("/process/tasks/{job_id}/{kind}")
async def process_known_as(
    job_id: str,
    kind: Literal["video", "subtitle", "translate"],
    body: Annotated[Described, Snaked],
    resources: Open,
) -> Response:
    """Begin a task as one of this kind."""
    return await _go_on(resources, job_id, body.module or body.type or kind, body)


async def _go_on(resources: Resources, job_id: str, module: str | None, body: Described) -> Response:
    task = await board.find(resources, job_id)
    own = task[0].meta[KEY]
    task = await board.change(
        resources,
        task,
        module=known_module(module) if module else own["module"],
        files=[*own["files"], *await _files(resources, _addresses(body))],
        options={**own["options"], **_options(body)},
    )
    task = await board.start(resources, task)
    return success(await board.shown(resources, task), "Task started")


async def _processed(
    resources: Resources,
    module: str,
    body: Process,
    addresses: dict[str, str | None],
    *,
    wait: bool,
) -> Response:
    named = [("target_language", body.target_language), ("source_language", body.source_language)]
    options = {**body.options, **without_nothing(named)}
    task = await _task(resources, module, await _files(resources, addresses), options)
    if wait:
        await _result(resources, task)
    shown = await board.shown(resources, await board.find(resources, task[0].thread_id))
    files = shown["files"]["processed"]
    return success(
        {
            "jobId": shown["taskId"],
            "status": shown["status"],
            "progress": shown["progress"],
            "resultUrl": files[0]["url"] if files else None,
            "results": files,
            "estimatedTime": 0 if wait else None,
            "operation": body.operation,
            "targetLanguage": body.target_language,
            "timestamp": now().isoformat(),
            "modelUsed": await _model_used(resources, task[1]),
            "result": shown["result"],
        }
    )


async def _task(
    resources: Resources, module: str, files: list[dict[str, Any]], options: dict[str, Any]
) -> board.Task:
    """A task that has begun; none stays behind where it cannot."""
    task = await board.add(resources, module=module, files=files, options=options)
    try:
        return await board.start(resources, task)
    except ServiceError:
        await asyncio.shield(resources.threads.delete(task[0].thread_id))
        raise


async def _result(resources: Resources, task: board.Task) -> dict[str, Any]:
    run = task[1]
    assert run is not None  # noqa: S101 - it has begun
    run = await ended(resources, run)
    if run.error is not None:
        raise ServiceError(run.error["message"], hint=run.error.get("hint", ""), code=run.error.get("code"))
    return await resources.states.output(run)


async def _files(resources: Resources, addresses: dict[str, str | None]) -> list[dict[str, Any]]:
    ids = [file_id_of(address, field) for field, address in addresses.items() if address]
    return [attached(await resources.files.get(id, reader=ownership.reader())) for id in ids]


def _addresses(body: Described) -> dict[str, str | None]:
    return {"video_url": body.video_url, "subtitle_url": body.subtitle_url}


def _options(body: Described) -> dict[str, Any]:
    named = [
        ("text", body.text or body.text_content),
        ("source_language", body.source_language),
        ("target_language", body.target_language),
        ("output_format", body.output_format),
    ]
    return {**body.options, **without_nothing(named)}


def _operation(name: str, known: dict[str, str]) -> str:
    found = known.get(name.lower(), ALIASES.get(name, name))
    if found not in known.values():
        raise InvalidInput(
            f"operation: there is no {name[:50]!r}",
            hint=f"One of: {', '.join(known)}.",
            code="unknown_operation",
        )
    return found


async def _model_used(resources: Resources, run: Run | None) -> str | None:
    """The model that a run asked most, as its accounts tell; None: so far it asked none."""
    if run is None:
        return None
    async with resources.database.read() as session:
        rows = await model_usage.of_run(session, run.run_id)
    asked = Counter[str]()
    for row in rows:
        asked[row.model] += row.calls + row.cache_hits
    return asked.most_common(1)[0][0] if asked else None
