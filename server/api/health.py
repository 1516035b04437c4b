"""Does each part that the service stands on answer, and how much is there to do?"""

import asyncio
import logging
from collections.abc import Awaitable
from datetime import UTC, datetime
from importlib.metadata import version

from fastapi import APIRouter, Response

from server.api.deps import Open
from server.api.langgraph.answers import json_answer
from server.resources import Resources

router = APIRouter(tags=["system"])
logger = logging.getLogger(__name__)

PROBE_SECONDS = 2.0  # for each part; a caller should wait longer than this
_BEGAN = datetime.now(UTC)


@router.get("/api/health")
@router.get("/api/v1/health")
async def health(resources: Open) -> Response:
    """Asks the database, Redis, the files and the queue; 503 when one of them does not answer in time."""
    answers = {
        "database": resources.database.check(),
        "redis": resources.dispatcher.fair_queue.waiting(),
        "storage": resources.files.blobs.check(),
        "queue": resources.census.held(),
    }
    told = await asyncio.gather(*(_probe(name, asked) for name, asked in answers.items()))
    parts = dict(zip(answers, told, strict=True))
    is_ready = all(part == "ok" for part in told)
    answer = json_answer({"status": "ok" if is_ready else "unavailable", "parts": parts})
    answer.status_code = 200 if is_ready else 503
    return answer


@router.get("/api/v1/stats")
async def stats(resources: Open) -> Response:
    """Counts of runs and of the queue, and since when this process is up; nothing of anybody's."""
    return json_answer(await _stats(resources))


async def _stats(resources: Resources) -> dict[str, object]:
    counts = await resources.census.runs()
    return {
        "version": version("scriptorium-service"),
        "uptime_seconds": round((datetime.now(UTC) - _BEGAN).total_seconds(), 1),
        "runs": dict(counts.by_status),
        "queue": {
            "depth": dict(counts.pending_by_priority),
            "oldest_pending_seconds": counts.longest_wait.total_seconds() if counts.longest_wait else 0,
        },
    }


async def _probe(name: str, asked: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await asked
    except TimeoutError:
        return "timeout"
    except Exception as error:  # noqa: BLE001 - whatever a part fails with, it is not ready
        logger.warning("The probe of %s failed: %s", name, type(error).__name__)
        return "failed"
    return "ok"
