"""A thread and its latest run as a task of the old contract. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from graphs.stages import Phase, Stages
from server.db.models import File, Run, Thread

KEY = "translator_task"  #: Where a thread's metadata hold what the caller said of the task.

# The old service's bands of progress, in percent.
_BANDS: Mapping[Phase, tuple[int, int]] = {
    "opening": (0, 10),
    "analysis": (10, 40),
    "work": (40, 90),
    "finish": (90, 100),
}
_STATUS = {"pending": "queued", "running": "processing", "success": "completed"}  # any other: failed
ENDED = ("completed", "failed")


def record(
    *, module: str, task_name: str, files: list[dict[str, Any]], instructions: str, options: dict[str, Any]
) -> dict[str, Any]:
    """What is kept of a new task."""
    memory: dict[str, Any] = {"conversationHistory": [], "processingResults": [], "intermediateData": []}
    return {
        "module": module,
        "taskName": task_name,
        "files": files,
        "instructions": instructions,
        "options": options,
        "memoryLayer": memory,
    }


def status_of(thread: Thread, run: Run | None) -> str:
    """created, queued, processing, paused (it waits for a person), completed or failed."""
    if run is None:
        return "created"
    if run.status == "success" and thread.status == "interrupted":
        return "paused"
    return _STATUS.get(run.status, "failed")


def task_json(
    thread: Thread,
    run: Run | None,
    stages: Stages | None,
    event: Mapping[str, Any] | None,
    result: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The task.

    Args:
        stages: Of the run; None: it has none yet.
        event: The run's latest progress event, of one that failed, too, while its events are kept.
        result: The graph's output, once it is there.
    """
    own: dict[str, Any] = thread.meta[KEY]
    status = status_of(thread, run)
    return {
        "taskId": thread.thread_id,
        "runId": run.run_id if run else None,
        "module": own["module"],
        "taskName": own["taskName"],
        "status": status,
        "progress": progress_of(status, stages, event),
        "message": message_of(status, event, run),
        "files": {"uploaded": own["files"], "processed": result_files(result), "failed": []},
        "memoryLayer": own["memoryLayer"],
        "instructions": own["instructions"],
        "options": own["options"],
        "result": result,
        "createdAt": thread.created_at.isoformat(),
        "updatedAt": max(thread.updated_at, run.updated_at if run else thread.updated_at).isoformat(),
        "completedAt": run.ended_at.isoformat() if run and run.ended_at and status in ENDED else None,
        "error": error_of(status, run),
    }


def progress_of(status: str, stages: Stages | None, event: Mapping[str, Any] | None) -> int:
    """From 0 to 100, in the old bands, which the stages of each kind share.

    What a person asked for once more is no stage of the run's own, and counts as work.
    """
    if status == "completed":
        return 100
    if event is None:
        return 0
    phase, place, count = (stages and stages.place(event["stage"])) or ("work", 0, 1)
    low, high = _BANDS[phase]
    share = (place + event["done"] / max(event["total"], 1)) / count
    return int(low + (high - low) * share)


def message_of(status: str, event: Mapping[str, Any] | None, run: Run | None) -> str:
    """For people."""
    if status == "processing" and event is not None:
        return f"{event['stage']}: {event['done']}/{event['total']} {event['unit']}"
    if status == "failed" and run is not None:
        return (error_of(status, run) or {}).get("message", "failed")
    return {"created": "Created", "queued": "Waiting", "paused": "Waiting for your confirmation"}.get(
        status, status.capitalize()
    )


def error_of(status: str, run: Run | None) -> dict[str, Any] | None:
    """Why a task failed."""
    if status != "failed" or run is None:
        return None
    if run.status == "interrupted" or run.error is None:
        return {"code": "CANCELLED", "message": "The task was cancelled.", "details": ""}
    code = str(run.error.get("code") or run.error["error"]).upper()
    return {"code": code, "message": run.error["message"], "details": run.error.get("hint", "")}


def result_files(result: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The files that a result names, wherever they stand in it."""
    found: dict[str, dict[str, Any]] = {}
    _collect(result, found)
    return list(found.values())


def _collect(value: object, found: dict[str, dict[str, Any]]) -> None:
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        if mapping.get("file_id") and mapping.get("name"):
            found.setdefault(mapping["file_id"], _named(mapping["file_id"], mapping["name"]))
        for part in mapping.values():
            _collect(part, found)
    elif isinstance(value, list):
        for part in cast("list[Any]", value):
            _collect(part, found)


def _named(file_id: str, name: str) -> dict[str, Any]:
    return {"fileId": file_id, "name": name, "url": address_of(file_id)}


def address_of(file_id: str) -> str:
    """Where a file's bytes are."""
    return f"/api/v1/files/{file_id}/content"


def upload_json(file: File) -> dict[str, Any]:
    """A stored file as an upload's answer."""
    path = address_of(file.file_id)
    return {
        "fileId": file.file_id,
        "originalName": file.name,
        "filename": file.name,
        "path": path,
        "file_path": path,
        "size": file.size,
        "mimetype": file.media_type,
        "uploadedAt": file.created_at.isoformat(),
    }


def attached(file: File) -> dict[str, Any]:
    """A stored file as one of a task's."""
    return {
        **_named(file.file_id, file.name),
        "type": file.media_type,
        "size": file.size,
        "uploadedAt": file.created_at.isoformat(),
    }


def counters(statuses: Sequence[str]) -> dict[str, int]:
    """How many tasks there are of each kind."""
    return {
        "totalTasks": len(statuses),
        "completedTasks": statuses.count("completed"),
        "failedTasks": statuses.count("failed"),
        "processingTasks": sum(status in ("queued", "processing", "paused") for status in statuses),
    }
