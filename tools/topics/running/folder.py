"""A job in a folder: written, done, and read; for child processes, containers and all that share files."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.errors import ErrorCategory, ServiceError
from tools.topics.running.job import Job, Tell

JOB, IN, OUT, ERROR, DONE = "job.json", "in", "out", "error.json", "done.json"
FAILED = 3  # exit code of a job that ended with an error that is explained in its folder


def write_job(folder: Path, job: Job) -> None:
    """Lay the job into an empty folder."""
    (folder / IN).mkdir()
    (folder / OUT).mkdir()
    for name, data in job.files.items():
        (folder / IN / name).write_bytes(data)
    (folder / JOB).write_text(json.dumps({"step": job.step, "settings": job.settings}), "utf-8")


def do_job(folder: Path, models: Path | None = None) -> int:
    """Do the job that lies in a folder, telling progress on standard output; the exit code.

    Args:
        folder: Of the job.
        models: Of embedding models, which are read from and written to it.
    """
    from tools.topics.running.steps import run_step  # noqa: PLC0415 - seconds, and only the child needs it

    asked: dict[str, Any] = json.loads((folder / JOB).read_text("utf-8"))
    files = {path.name: path.read_bytes() for path in sorted((folder / IN).iterdir())}
    try:
        made = run_step(Job(step=asked["step"], settings=asked["settings"], files=files), _tell, models)
    except (ServiceError, MemoryError) as error:
        (folder / ERROR).write_text(json.dumps(_explained(error), ensure_ascii=False), "utf-8")
        return FAILED
    (folder / OUT).mkdir(exist_ok=True)  # a bucket has no empty folders
    for name, data in made.items():
        unfinished = folder / OUT / f".{name}"
        unfinished.write_bytes(data)
        unfinished.rename(folder / OUT / name)
    # Last of all: who sees the folder through a bucket knows by it that the files are whole, and which.
    (folder / DONE).write_text(json.dumps({"files": sorted(made)}), "utf-8")
    return 0


def read_results(folder: Path) -> dict[str, bytes]:
    """The files that a job has left."""
    return {path.name: path.read_bytes() for path in sorted((folder / OUT).glob("[!.]*"))}


def read_error(folder: Path) -> ServiceError | None:
    """Why a job failed, where it could say so."""
    path = folder / ERROR
    return error_of(path.read_bytes()) if path.exists() else None


def error_of(data: bytes) -> ServiceError:
    """The error that a job has left."""
    told: dict[str, str] = json.loads(data)
    return ServiceError(
        told["message"], hint=told["hint"], code=told["code"], category=ErrorCategory(told["category"])
    )


def listener(tell: Tell) -> Callable[[bytes], None]:
    """Reads progress from a job's standard output as it comes, piece by piece."""
    rest = b""

    def listen(data: bytes) -> None:
        nonlocal rest
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"{"):
                told = json.loads(line)
                tell(told["done"], told["total"])

    return listen


def _tell(done: int, total: int) -> None:
    sys.stdout.write(json.dumps({"done": done, "total": total}) + "\n")
    sys.stdout.flush()


def _explained(error: ServiceError | MemoryError) -> dict[str, str]:
    if isinstance(error, ServiceError):
        return {
            "message": error.message,
            "hint": error.hint,
            "code": error.code,
            "category": error.category.value,
        }
    return {
        "message": "the work needs more memory than it may have",
        "hint": "Send a sample, fewer topics, or a smaller vocabulary; or raise TOPICS_MEMORY_MB.",
        "code": "job_out_of_memory",
        "category": ErrorCategory.TOO_LARGE.value,
    }
