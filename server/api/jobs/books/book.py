"""A thread with its latest run, as a book and as a task of the old contract. Pure."""

from collections.abc import Mapping
from typing import Any

from server.db.models import Run, Thread
from tools.audiobook.lines import NARRATOR
from tools.errors import NotFound

CONTRACT = "books"
KEY = "book"  #: Where a thread's metadata hold what is known of the book.

# What a run was asked for, as the old service named the state of its book: under way, and done.
_UNDER_WAY = {"characters": "analyzing", "script": "generating_script", "cast": "generating_script"}
_DONE = {"characters": "analyzed", "script": "script_generated", "cast": "script_generated"}
_TASKS = {"characters": "CHARACTER_RECOGNITION", "script": "SCRIPT_GENERATION", "cast": "SCRIPT_GENERATION"}
_TASK_STATUS = {"pending": "pending", "running": "processing", "success": "completed"}  # any other: failed

# Stages in percent: the range that each moves through, of a run that goes all the way.
_READING = ("read", "chapters", "quotations", "names", "aliases", "attribution", "relations", "result")
_BANDS: dict[str, tuple[int, int]] = {
    **{stage: (at * 2, at * 2 + 2) for at, stage in enumerate(_READING)},
    "script": (16, 17),
    "direction": (17, 18),
    "casting": (18, 20),
    "voices": (20, 80),
    "assembly": (80, 84),
    "loudness": (84, 88),
    "m4b": (88, 94),
    "mp3": (94, 99),
}
_BEFORE_SOUND = 20  # percent at which a run ends that makes no sound


def record(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a new book: what was told of it, and what there is of it."""
    return {**given, "file": None, "processed": None}


def until_of(run: Run) -> str:
    """How far a run was to go."""
    given: Mapping[str, Any] = run.kwargs["input"] or {}
    return given.get("options", {}).get("until", "audio")


def status_of(thread: Thread, run: Run | None) -> str:
    """One of the old states; ``error`` when the latest task failed or was cancelled."""
    own: dict[str, Any] = thread.meta[KEY]
    if run is None:
        if own["processed"] is not None:
            return "processed"
        return "uploaded" if own["file"] is not None else "uploading"
    if run.status in ("pending", "running"):
        return _UNDER_WAY.get(until_of(run), "generating_audio")
    return _DONE.get(until_of(run), "completed") if run.status == "success" else "error"


def book_json(thread: Thread, run: Run | None, *, stats: Mapping[str, int] | None = None) -> dict[str, Any]:
    """A book."""
    own: dict[str, Any] = thread.meta[KEY]
    file: Mapping[str, Any] = own["file"] or {}
    processed: Mapping[str, Any] = own["processed"] or {}
    return {
        "id": thread.thread_id,
        "title": own["title"],
        "author": own["author"],
        "language": own.get("language"),
        "coverFileId": own.get("coverFileId"),
        "originalFilename": file.get("name"),
        "fileSize": file.get("size"),
        "status": status_of(thread, run),
        "totalCharacters": processed.get("totalCharacters"),
        "totalChapters": processed.get("totalChapters"),
        "createdAt": thread.created_at.isoformat(),
        "updatedAt": max(thread.updated_at, run.updated_at if run else thread.updated_at).isoformat(),
        "latestTask": run.run_id if run else None,
        **({"stats": dict(stats)} if stats is not None else {}),
    }


def task_json(run: Run, event: Mapping[str, Any] | None) -> dict[str, Any]:
    """A run as a task.

    Args:
        event: Its latest progress event, of one that failed, too, while its events are kept.
    """
    status = _TASK_STATUS.get(run.status, "failed")
    return {
        "taskId": run.run_id,
        "bookId": run.thread_id,
        "taskType": _TASKS.get(until_of(run), "AUDIO_GENERATION"),
        "status": status,
        "progress": 100 if status == "completed" else percent(event, until_of(run)),
        "message": f"{event['stage']}: {event['done']}/{event['total']} {event['unit']}"
        if event and status == "processing"
        else status,
        "isCancelled": run.status == "interrupted",
        "errorMessage": run.error["message"] if run.error else None,
        "errorCode": str(run.error.get("code", run.error["error"])).upper() if run.error else None,
        "createdAt": run.created_at.isoformat(),
        "startedAt": run.started_at.isoformat() if run.started_at else None,
        "completedAt": run.ended_at.isoformat() if run.ended_at else None,
        "stream": f"/threads/{run.thread_id}/runs/{run.run_id}/stream",
    }


def percent(event: Mapping[str, Any] | None, until: str) -> int:
    """How far a run is, from 0 to 99."""
    if event is None:
        return 0
    low, high = _BANDS.get(event["stage"], (0, 0))
    at = low + (high - low) * event["done"] / max(event["total"], 1)
    return min(99, int(at if until == "audio" else at * 100 / _BEFORE_SOUND))


def characters(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A book's characters, with the old names beside ours."""
    parts = {part["role"]: part for part in values.get("cast") or ()}
    styles: Mapping[str, list[str]] = values["locks"]["styles"]
    return [
        {
            **one,
            "canonicalName": one["canonical_name"],
            "genderHint": one["gender"],
            "ageHint": one["age"],
            "styles": styles.get(one["id"], []),
            "voice": voice_json(parts[one["id"]]) if one["id"] in parts else None,
        }
        for one in values["characters"]
    ]


def one_character(values: Mapping[str, Any], id: str) -> dict[str, Any]:
    """One of them.

    Raises:
        NotFound: "character_not_found".
    """
    for one in characters(values):
        if one["id"] == id:
            return one
    raise no_character(id)


def no_character(id: str) -> NotFound:
    """That there is none of this id."""
    return NotFound(
        f"The book has no character {id[:60]!r}.",
        hint=f"GET characters lists them; {NARRATOR} has a voice, too.",
        code="character_not_found",
    )


def voice_json(part: Mapping[str, Any]) -> dict[str, Any]:
    """Who has which voice."""
    return {
        "characterId": part["role"],
        "name": part["name"],
        "voiceId": part["voice"],
        "isPreferred": part["is_locked"],
        "score": part["score"],
        "talksWith": part["talks_with"],
        "tooCloseTo": part["too_close_to"],
    }


def line_json(line: Mapping[str, Any], order: int, text: str, book_id: str) -> dict[str, Any]:
    """A line of the script, as a sentence of the old one."""
    return {
        "id": line["id"],
        "chapterId": line["chapter"],
        "characterId": line["speaker_id"],
        "text": text,
        "kind": line["kind"],
        "orderInBook": order,
        "tone": line["tone"],
        "strength": line["strength"],
        "pauseAfter": line["pause_ms"] / 1000,
        "emphasis": [[start - line["start"], end - line["start"]] for start, end in line["emphasis"]],
        "directedBy": line["directed_by"],
        "voiceId": line.get("voice"),
        "startMs": line.get("start_ms"),
        "endMs": line.get("end_ms"),
        "quoteId": line["quote_id"],
        "audioUrl": f"/api/books/{book_id}/audio/lines/{line['id']}",
    }


def audio_json(audio: Mapping[str, Any]) -> dict[str, Any]:
    """The finished book, with an address for each file."""
    files = {"m4b": audio["m4b"], "zip": audio["zip"], "json": audio["script"], "ssml": audio["ssml"]}
    return {
        "duration": audio["duration_ms"] / 1000,
        "loudness": audio["loudness"],
        "chapters": [
            {**chapter, "file": _file(chapter["file"]) if chapter["file"] else None}
            for chapter in audio["chapters"]
        ],
        "files": {kind: _file(note) for kind, note in {**files, **audio["captions"]}.items()},
    }


def _file(note: Mapping[str, Any]) -> dict[str, Any]:
    return {**note, "url": f"/api/v1/files/{note['file_id']}/content"}


def pagination(total: int, page: int, limit: int) -> dict[str, Any]:
    """Where a page lies among all."""
    pages = max(1, -(-total // limit))
    return {
        "page": page,
        "limit": limit,
        "total": total,
        "totalPages": pages,
        "hasNext": page < pages,
        "hasPrev": page > 1,
    }
