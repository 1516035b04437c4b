"""A thread and its latest run as a task of the old contract. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from graphs.guideline.stages import STAGES
from server.api.jobs.guidelines.intake import Intake
from server.db.models import Run, Thread, now

KEY = "guideline_task"  #: Where a thread's metadata hold what the caller said of the task.
GUIDELINE, BATCH = "guideline_id", "guideline_batch"  #: Where they hold what it belongs to.
FORMATS = ("json", "html", "md", "docx", "pdf")

_STATUS = {"pending": "pending", "running": "running", "success": "completed", "interrupted": "cancelled"}
ENDED = ("completed", "failed", "cancelled")
_MESSAGES = {
    "pending": "Waiting for its turn",
    "running": "Under way",
    "waiting_review": "Waits for a person: answer at /review",
    "completed": "The version is ready",
    "cancelled": "Cancelled",
}
_UNRELEASED = {
    "rejected": "A reviewer rejected the version: it is not released",
    "flagged": "The version is not released: open_findings says why",
}


def record(
    intake: Intake, *, file: Mapping[str, Any], number: int, refused: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What is kept of a new task.

    Args:
        number: Of the edition, from 1 on.
        refused: Why its file cannot be worked on.
    """
    return {
        "title": intake.title or file["name"],
        "description": intake.description,
        "tags": intake.tags,
        "mode": intake.processing_mode,
        "priority": intake.priority,
        "file": dict(file),
        "number": number,
        "expected_seconds": intake.expected_seconds(file["size"]),
        "refused": dict(refused) if refused else None,
    }


def status_of(thread: Thread, run: Run | None) -> str:
    """pending, running, waiting_review, completed, failed or cancelled."""
    if run is None:
        return "failed" if thread.meta[KEY]["refused"] else "pending"
    if run.status == "success" and thread.status == "interrupted":
        return "waiting_review"
    return _STATUS.get(run.status, "failed")


def task_json(
    thread: Thread,
    run: Run | None,
    *,
    event: Mapping[str, Any] | None = None,
    result: Mapping[str, Any] | None = None,
    consumed: Mapping[str, Any] | None = None,
    worker: str | None = None,
) -> dict[str, Any]:
    """The task, with all fields of the old contract and some of ours.

    Args:
        event: The run's latest progress event.
        result: The graph's output, once it is there.
        consumed: ``tokens`` and ``cost`` so far, of a task without a result.
        worker: The name of the worker that has its run: host, process, and what tells it from earlier ones.
    """
    own: dict[str, Any] = thread.meta[KEY]
    status = status_of(thread, run)
    place = progress(status, event)
    lines: Sequence[Mapping[str, Any]] = result["performance"] if result else ()
    started = run.started_at if run else None
    ended = run.ended_at if run and status in ENDED else None
    return {
        "task_id": thread.thread_id,
        "guideline_id": thread.meta[GUIDELINE],
        "run_id": run.run_id if run else None,
        "title": own["title"],
        "description": own["description"],
        "tags": own["tags"],
        "processing_mode": own["mode"],
        "priority": own["priority"],
        "version": own["number"],
        "status": status,
        "message": _message(status, result),
        **place,
        "created_at": thread.created_at.isoformat(),
        "updated_at": max(thread.updated_at, run.updated_at if run else thread.updated_at).isoformat(),
        "started_at": started.isoformat() if started else None,
        "completed_at": ended.isoformat() if ended else None,
        "estimated_completion": _expected_end(status, started, own["expected_seconds"]),
        "processing_time": ((ended or now()) - started).total_seconds() if started else None,
        "total_cost": _cost(lines) if result else (consumed or {}).get("cost"),
        "tokens_used": sum(line["tokens"] for line in lines) if result else (consumed or {}).get("tokens", 0),
        "quality_score": result["quality"].get("score") if result else None,
        "release": result["status"] if result else None,
        "open_findings": [f["message"] for f in result["findings"] if f["is_safety"]] if result else [],
        "error_message": _error(run, own).get("message"),
        "error": _error(run, own) or None,
        "retry_count": max((run.attempt if run else 0) - 1, 0),
        "output_files": output_files(result) if result else [],
        "worker_hostname": worker.partition("#")[0] if worker else None,
        "node_results": {line["node"]: line for line in lines},
    }


def _message(status: str, result: Mapping[str, Any] | None) -> str:
    """What has become of the task; of one that has ended, whether its version may go out."""
    release = result["status"] if result and status == "completed" else None
    return _UNRELEASED.get(release or "", _MESSAGES.get(status, "Failed"))


def progress(status: str, event: Mapping[str, Any] | None) -> dict[str, Any]:
    """Where a task is among the nine stages."""
    if status == "completed":
        return _place(100, None, STAGES)
    if event is None or event["stage"] not in STAGES:
        return _place(0, None, ())
    at = STAGES.index(event["stage"])
    share = event["done"] / max(event["total"], 1)
    done = STAGES[: at + (share >= 1)]
    return _place(min(int(100 * (at + share) / len(STAGES)), 99), event["stage"], done)


def _place(percentage: int, stage: str | None, done: Sequence[str]) -> dict[str, Any]:
    return {
        "progress_percentage": percentage,
        "current_phase": stage,
        "current_node": stage,
        "completed_nodes": list(done),
    }


def output_files(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files that a result names, its translation's last."""
    languages: list[tuple[str, dict[str, Any]]] = [(result["version"]["language"], result["files"])]
    if translation := result.get("translation"):
        languages.append((translation["language"], translation["files"]))
    return [
        {
            "format": format,
            "language": language,
            "file_id": file["file_id"],
            "name": file["name"],
            "url": f"/api/v1/files/{file['file_id']}/content",
        }
        for language, files in languages
        for format, file in files.items()
        if file.get("file_id")
    ]


def document_json(thread: Thread, result: Mapping[str, Any]) -> dict[str, Any]:
    """A version as the download of the format ``json`` gives it."""
    own: dict[str, Any] = thread.meta[KEY]
    return {
        "document_id": f"pvg_{thread.thread_id}",
        "guideline_id": thread.meta[GUIDELINE],
        "task_id": thread.thread_id,
        "version_number": own["number"],
        "title": result["version"]["title"],
        "created_at": thread.created_at.isoformat(),
        **result,
    }


def edition_json(thread: Thread, run: Run | None) -> dict[str, Any]:
    """A task as one of its guideline's editions."""
    own: dict[str, Any] = thread.meta[KEY]
    return {
        "version": own["number"],
        "task_id": thread.thread_id,
        "title": own["title"],
        "file": own["file"],
        "status": status_of(thread, run),
        "created_at": thread.created_at.isoformat(),
    }


def _expected_end(status: str, started: Any, seconds: int) -> str | None:
    return (started + timedelta(seconds=seconds)).isoformat() if started and status == "running" else None


def _cost(lines: Sequence[Mapping[str, Any]]) -> float | None:
    """None where a price is unknown; 0 where nothing was asked."""
    costs = [line["cost"] for line in lines if line["calls"]]
    return None if None in costs else float(sum(costs))


def _error(run: Run | None, own: Mapping[str, Any]) -> dict[str, str]:
    found = own["refused"] or (run.error if run else None)
    if not found:
        return {}
    code = found.get("code", found["error"])  # a failed run names its class, too
    return {"code": code, "message": found["message"], "hint": found.get("hint", "")}
