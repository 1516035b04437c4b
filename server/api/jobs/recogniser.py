"""The old recogniser's words: how a run of ours reads as a task of its contract. Pure."""

from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from server.db.models import Run

CONTRACT = "recogniser"
VERSION = version("scriptorium-service")

_STATUS = {"pending": "pending", "running": "processing", "success": "completed"}  # any other: failed

# Our stages in the old service's percentages: the range that a stage moves through.
_PERCENT = {
    "read": (0, 5),
    "chapters": (5, 8),
    "quotations": (8, 10),
    "names": (10, 60),
    "aliases": (60, 70),
    "attribution": (70, 85),
    "relations": (85, 92),
    "result": (92, 96),
}


def task_info(run: Run, event: Mapping[str, Any] | None, result: Mapping[str, Any] | None) -> dict[str, Any]:
    """A task's status.

    Args:
        event: The run's latest progress event, of one that failed, too, while its events are kept.
        result: The graph's output, once it is there.
    """
    status = _STATUS.get(run.status, "failed")
    progress = 100 if status == "completed" else _percent(event)
    sentences: int = run.meta["total_sentences"]
    return {
        "task_id": run.run_id,
        "status": status,
        "progress": progress,
        "message": _message(status, event),
        "total_sentences": sentences,
        "processed_sentences": _processed(sentences, progress),
        "result": response(result) if result else None,
        "error": run.error["message"] if run.error else None,
        "created_at": run.created_at.isoformat(),
        "started_at": run.started_at.isoformat() if run.started_at else None,
        "completed_at": run.ended_at.isoformat() if run.ended_at else None,
        "expires_at": run.expires_at.isoformat() if run.expires_at else None,
        "book_id": run.meta.get("book_id"),
    }


def response(result: Mapping[str, Any]) -> dict[str, Any]:
    """The graph's output with the old response's names beside ours."""
    return {**result, "characters": [_character(character) for character in result["characters"]]}


def callback(info: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """The body of a task's callback."""
    return {
        "task_id": info["task_id"],
        "status": info["status"],
        "result": info["result"],
        "error": info["error"],
        "meta": {
            "status": info["status"],
            "progress": info["progress"],
            "message": info["message"],
            "processed_sentences": info["processed_sentences"],
            "total_sentences": info["total_sentences"],
            "updated_at": run.updated_at.isoformat(),
        },
    }


def counters(by_status: Counter[str]) -> dict[str, int]:
    """Tasks by the old statuses."""
    counts: Counter[str] = Counter()
    for status, count in by_status.items():
        counts[_STATUS.get(status, "failed")] += count
    shown = ("pending", "processing", "completed", "failed")
    return {"total": by_status.total()} | {name: counts[name] for name in shown}


def _character(character: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **character,
        "name": character["canonical_name"],
        "gender_hint": character["gender"],
        "characteristics": {"importance": character["importance"]},
        "roles": [],
    }


def _percent(event: Mapping[str, Any] | None) -> int:
    if event is None:
        return 0
    low, high = _PERCENT[event["stage"]]
    return int(low + (high - low) * event["done"] / max(event["total"], 1))


def _processed(sentences: int, progress: int) -> int:
    """How many sentences have been read for names, the stage in which the old service counted them."""
    low, high = _PERCENT["names"]
    return int(sentences * min(max(progress - low, 0) / (high - low), 1))


def _message(status: str, event: Mapping[str, Any] | None) -> str:
    if status != "processing" or event is None:
        return {"pending": "Waiting", "processing": "Started", "completed": "Complete"}.get(status, "Failed")
    return f"{event['stage']}: {event['done']}/{event['total']} {event['unit']}"
