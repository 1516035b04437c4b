"""The HTTP application, and the process that serves it."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from typing import TypedDict, cast

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

from configs.settings import Settings
from server.api import console, errors
from server.api import runs as run_list
from server.api.accounts import files, webhooks
from server.api.body import BodyLimit, BodyTooLarge, refuse
from server.api.jobs import catalog, novels
from server.api.langgraph import (
    assistant_graphs,
    assistants,
    cancel,
    crons,
    mcp,
    metrics,
    run_joins,
    runs,
    stateless_runs,
    states,
    store,
    system,
    threads,
)
from server.api.langgraph.a2a import card as a2a_card
from server.api.langgraph.a2a import routes as a2a
from server.api.langgraph.protocol import routes as protocol
from server.api.langgraph.protocol import session as protocol_session
from server.api.origins import LOCAL_ORIGIN, OriginGuard
from server.api.sight import Sight
from server.resources import Resources, open_resources
from server.worker import working

DRAIN_SECONDS = 5  # that open connections get when the server stops


class AppState(TypedDict):
    """What every request finds in its state."""

    resources: Resources


async def serve(
    settings: Settings,
    on_server: Callable[[uvicorn.Server], None] = lambda _: None,
    *,
    with_worker: bool = True,
) -> None:
    """Serve until told to stop.

    Args:
        with_worker: Execute runs in this process, too.
        on_server: Gets the server before it starts, for whoever wants to stop it from another thread.

    Raises:
        ServiceError, EmbeddedRedisError: When something that it needs cannot be opened.
    """
    async with AsyncExitStack() as stack:
        resources = await stack.enter_async_context(open_resources(settings))
        if with_worker:
            await stack.enter_async_context(working(resources))
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(resources),
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=settings.log_level == "DEBUG",
                timeout_graceful_shutdown=DRAIN_SECONDS,
                ws_max_size=_largest_body(settings),
            )
        )
        on_server(server)
        await server.serve()


def create_app(resources: Resources) -> FastAPI:
    """The application on resources that are open already."""
    settings = resources.settings
    app = FastAPI(
        title="Scriptorium",
        version=version("scriptorium-service"),
        lifespan=_lifespan(resources),
        strict_content_type=False,
    )
    app.add_middleware(BodyLimit, max_bytes=_largest_body(settings))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_origin_regex=LOCAL_ORIGIN,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["Content-Location", "Location", "X-Pagination-Total", "X-Pagination-Next"],
    )
    app.add_middleware(
        OriginGuard,
        allowed=settings.allowed_origins,
        any_host=settings.allow_unauthenticated_network,
    )
    app.add_middleware(Sight)
    errors.install(app)
    app.add_exception_handler(BodyTooLarge, _body_too_large)
    official = (system, metrics, assistants, assistant_graphs, threads, states, store)
    for module in (*official, crons, stateless_runs, runs, run_joins, cancel):
        app.include_router(module.router)
    for module in (protocol, protocol_session, mcp, a2a, a2a_card):
        app.include_router(module.router)
    for module in (run_list, files, webhooks, catalog, novels):
        app.include_router(module.router)
    console.install(app)
    return app


def _lifespan(resources: Resources) -> Callable[[FastAPI], AbstractAsyncContextManager[AppState]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[AppState]:
        yield {"resources": resources}

    return lifespan


async def _body_too_large(_: Request, error: Exception) -> Response:
    return refuse(cast("BodyTooLarge", error))


def _largest_body(settings: Settings) -> int:
    """A pasted text may be as large as a file; escaped as JSON it takes up to twice its bytes."""
    return 2 * settings.max_file_size + 1024 * 1024
