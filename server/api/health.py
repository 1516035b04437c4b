"""Does each part that the service stands on answer, and how much is there to do?"""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Response

from server import metrics
from server.api.deps import Open
from server.api.jobs import recogniser
from server.api.langgraph.answers import json_answer
from server.api.speech_parts import HEALTHY, speech_services
from server.resources import Resources

router = APIRouter(tags=["system"])
logger = logging.getLogger(__name__)

PROBE_SECONDS = 2.0  # for each part; a caller should wait longer than this
_NEEDED = ("database", "redis", "storage", "disk")  # without one of these no request can be served
_BEGAN = datetime.now(UTC)


@router.get("/api/health")
async def health_with_speech(resources: Open) -> Response:
    """The same as /api/v1/health, with the parts of a conversation by iDialogue's names.

    `stt` is `off` where no speech is heard, and `llm` is `offline` without a language model.
    """
    answered = await _told(resources, service="scriptorium", told=version("scriptorium-service"))
    answered.content["services"] |= speech_services(resources)
    return answered.as_answer()


@router.get("/api/v1/health")
async def health(resources: Open) -> Response:
    """Asks every part; 503 when one that each request needs does not answer in time.

    Without a worker the status is `degraded` with 200: what is accepted waits. `offline` models are what is
    configured, and no failure.
    """
    return await _answer(resources, service="scriptorium", told=version("scriptorium-service"))


@router.get("/health", tags=["character recognition"])
async def recogniser_health(resources: Open) -> Response:
    """The same, under the recogniser's name."""
    return await _answer(resources, service="character-recognition", told=recogniser.VERSION)


@router.get("/api/v1/stats")
async def stats(resources: Open) -> Response:
    """Counts of runs, of the queue and of workers, and what this process uses; nothing of anybody's."""
    return json_answer(await _stats(resources))


@dataclass(frozen=True)
class _Told:
    content: dict[str, Any]
    status: int

    def as_answer(self) -> Response:
        answer = json_answer(self.content)
        answer.status_code = self.status
        return answer


async def _answer(resources: Resources, *, service: str, told: str) -> Response:
    return (await _told(resources, service=service, told=told)).as_answer()


async def _told(resources: Resources, *, service: str, told: str) -> _Told:
    services = await _services(resources)
    is_ready = all(services[part] == HEALTHY for part in _NEEDED) and resources.catalog.is_loaded
    is_whole = services["workers"] == HEALTHY
    content = {
        "status": (HEALTHY if is_whole else "degraded") if is_ready else "unavailable",
        "service": service,
        "version": told,
        "timestamp": datetime.now(UTC).isoformat(),
        "uptime": _uptime(),
        "services": services,
    }
    return _Told(content, 200 if is_ready else 503)


async def _services(resources: Resources) -> dict[str, str]:
    probes = {
        "database": resources.database.check(),
        "redis": resources.dispatcher.fair_queue.waiting(),
        "storage": resources.files.blobs.check(),
        "disk": asyncio.to_thread(_check_disk, resources),
        "workers": _check_workers(resources),
    }
    told = await asyncio.gather(*(_probe(name, asked) for name, asked in probes.items()))
    choices = resources.runs.roles.choices
    services = dict(zip(probes, told, strict=True))
    services["models"] = HEALTHY if any(choices.values()) else "offline"
    return services if resources.catalog.is_loaded else services | {"graphs": "loading"}


async def _stats(resources: Resources) -> dict[str, object]:
    counts, workers = await resources.census.runs(), await resources.census.workers()
    return {
        "version": version("scriptorium-service"),
        "uptime_seconds": _uptime(),
        "runs": dict(counts.by_status),
        "queue": {
            "depth": dict(counts.pending_by_priority),
            "oldest_pending_seconds": counts.longest_wait.total_seconds() if counts.longest_wait else 0,
        },
        "workers": {"count": workers.count, "slots": workers.slots},
        "process": metrics.process_use(),
    }


class _PartAbsent(Exception):
    """A part answers, and the answer is that it cannot serve; the message is the word for it."""


def _check_disk(resources: Resources) -> None:
    """There must be room for one more upload."""
    if resources.census.free_bytes() < resources.settings.max_file_size:
        raise _PartAbsent("full")


async def _check_workers(resources: Resources) -> None:
    if not (await resources.census.workers()).count:
        raise _PartAbsent("none")


async def _probe(name: str, asked: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await asked
    except TimeoutError:
        return "timeout"
    except _PartAbsent as absence:
        return str(absence)
    except Exception as error:  # noqa: BLE001 - whatever a part fails with, it is not ready
        logger.warning("The probe of %s failed: %s", name, type(error).__name__)
        return "failed"
    return HEALTHY


def _uptime() -> float:
    """Seconds since this process began."""
    return round((datetime.now(UTC) - _BEGAN).total_seconds(), 1)
