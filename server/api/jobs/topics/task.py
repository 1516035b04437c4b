"""A thread and its latest run as a task of the old contract. Pure."""

from collections.abc import Mapping
from typing import Any

from server.db.models import Run, Thread, now

MARK = {"is_topics_task": True}  #: What the metadata of tasks have, for searches.
KEY = "topics_task"  #: Where a thread's metadata hold what the caller said of the task.
STAGES = ("read", "clean", "tune", "embed", "train", "describe", "report")
ENDED = ("completed", "failed", "cancelled")
STATES = ("pending", "running", "waiting", *ENDED)

_STATUS = {"pending": "pending", "running": "running", "success": "completed", "interrupted": "cancelled"}
_MESSAGES = {
    "pending": "Waiting for its turn",
    "running": "Under way",
    "waiting": "Waits for a person: answer at /answer",
    "completed": "The topics are ready",
    "cancelled": "Cancelled",
}


def status_of(thread: Thread, run: Run | None) -> str:
    """One of STATES."""
    if run is None:
        return "pending"
    if run.status == "success" and thread.status == "interrupted":
        return "waiting"
    return _STATUS.get(run.status, "failed")


def task_json(
    thread: Thread,
    run: Run | None,
    *,
    event: Mapping[str, Any] | None = None,
    result: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The task.

    Args:
        event: The run's latest progress event.
        result: The graph's output, once it is there.
    """
    status = status_of(thread, run)
    started = run.started_at if run else None
    ended = run.ended_at if run and status in ENDED else None
    error: Mapping[str, Any] = (run.error if run else None) or {}
    stage, progress = _place(status, event)
    topics: list[dict[str, Any]] = result["topics"] if result else []
    return {
        "task_id": thread.thread_id,
        "run_id": run.run_id if run else None,
        "name": thread.meta[KEY]["name"],
        "dataset": thread.meta[KEY]["dataset"],
        "status": status,
        "current_step": stage,
        "progress": progress,
        "message": _MESSAGES.get(status) or error.get("message", "Failed"),
        "num_topics": len(topics) if result else thread.meta[KEY]["num_topics"],
        "metrics": result["measures"] if result else None,
        "topic_words": {str(topic["id"]): topic["words"] for topic in topics},
        "created_at": thread.created_at.isoformat(),
        "updated_at": max(thread.updated_at, run.updated_at if run else thread.updated_at).isoformat(),
        "completed_at": ended.isoformat() if ended else None,
        "duration_seconds": ((ended or now()) - started).total_seconds() if started else None,
        "error_message": error.get("message"),
        "error": {
            "code": error.get("code", error["error"]),
            "message": error["message"],
            "hint": error.get("hint", ""),
        }
        if error
        else None,
    }


def _place(status: str, event: Mapping[str, Any] | None) -> tuple[str | None, int]:
    """The stage, and the percentage: every stage counts the same, since none knows how long another takes."""
    if status == "completed":
        return None, 100
    if event is None or event["stage"] not in STAGES:
        return None, 0
    at = STAGES.index(event["stage"])
    return event["stage"], min(int(100 * (at + event["done"] / max(event["total"], 1)) / len(STAGES)), 99)


def files_json(result: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The files of a result, each with the address of its bytes."""
    return {
        key: {**file, "url": f"/api/v1/files/{file['file_id']}/content"}
        for key, file in result["files"].items()
    }


def log_line(name: str, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """An event of a run as a line of its log; None for what is no news."""
    if name != "custom":
        return None
    match data.get("type"):
        case "progress":
            told = f"{data['done']} of {data['total']} {data['unit']}"
            return {"step": data["stage"], "level": "info", "message": told}
        case "warning":
            return {"step": data["code"], "level": "warning", "message": data["message"]}
        case "artifact":
            return {"step": "report", "level": "info", "message": f"wrote {data['name']}"}
        case "review":
            return {"step": data["subject"], "level": "info", "message": "waits for a person"}
        case _:
            return None
