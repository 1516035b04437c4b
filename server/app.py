"""The HTTP application, with the worker that it embeds."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any, TypedDict

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from configs.settings import Settings
from server.api import console, errors
from server.api.accounts import files
from server.api.body import BodyLimit
from server.api.jobs import catalog, novels, recogniser
from server.api.langgraph import runs, system, threads
from server.api.langgraph.schemas import run_json
from server.db.models import Run
from server.resources import Resources, open_resources
from server.runs.service import RunService

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 60
LOCAL_ORIGIN = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"


class AppState(TypedDict):
    """What every request finds in its state."""

    resources: Resources


def create_app(settings: Settings) -> FastAPI:
    """The application on these settings; its lifespan opens and closes everything that it needs."""
    app = FastAPI(
        title="Scriptorium",
        version=version("scriptorium-service"),
        lifespan=_lifespan(settings),
        strict_content_type=False,
    )
    app.add_middleware(BodyLimit, max_bytes=_largest_body(settings))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_origin_regex=LOCAL_ORIGIN,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["Content-Location", "Location"],
    )
    errors.install(app)
    for module in (system, threads, runs, files, catalog, novels):
        app.include_router(module.router)
    console.install(app)
    return app


def _largest_body(settings: Settings) -> int:
    """A pasted text may be as large as a file; escaped as JSON it takes up to twice its bytes."""
    return 2 * settings.max_file_size + 1024 * 1024


def _lifespan(settings: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[AppState]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[AppState]:
        async with open_resources(settings) as resources, _embedded_worker(resources):
            yield {"resources": resources}

    return lifespan


@asynccontextmanager
async def _embedded_worker(resources: Resources) -> AsyncGenerator[None]:
    """Work on runs inside this process, and take up those that an earlier one left."""

    async def deliver(run_id: str) -> None:
        await resources.webhooks.deliver(run_id, partial(_payload, resources))

    concurrency = resources.settings.n_jobs_per_worker
    async with resources.queue.worker(resources.executor.execute, deliver, concurrency=concurrency):
        if waiting := await resources.runs.recover():
            logger.info("Taking up %d unfinished runs", waiting)
        sweeping = asyncio.create_task(_sweep(resources.runs))
        try:
            yield
        finally:
            sweeping.cancel()
            await resources.executor.stop()


async def _payload(resources: Resources, run: Run) -> dict[str, Any]:
    """What a webhook carries, in the words of the contract that the run was accepted under."""
    if run.contract == recogniser.CONTRACT:
        return await novels.callback_payload(resources, run)
    return run_json(run) | {"values": await resources.states.output(run)}


async def _sweep(service: RunService) -> None:
    while True:
        await service.sweep()
        await asyncio.sleep(SWEEP_SECONDS)
