"""The API as an application, with nothing around it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.api import console, errors
from server.api import runs as run_list
from server.api.accounts import files, webhooks
from server.api.body import BodyTooLarge, refuse
from server.api.jobs import catalog, novels
from server.api.langgraph import (
    assistant_graphs,
    assistants,
    cancel,
    metrics,
    runs,
    system,
    threads,
    truncate,
)
from server.resources import Resources

ROUTERS = (system, metrics, assistants, assistant_graphs, threads, runs, cancel, run_list, files, webhooks)
JOB_ROUTERS = (catalog, novels)


def build_api(
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[Any]] | None = None,
    *,
    with_truncate: bool = False,
) -> FastAPI:
    """All routes; each request finds the resources in its state.

    Args:
        with_truncate: Serve the route that removes everything, too.
    """
    app = FastAPI(
        title="Scriptorium",
        version=version("scriptorium-service"),
        lifespan=lifespan,
        strict_content_type=False,
    )
    errors.install(app)
    app.add_exception_handler(BodyTooLarge, _body_too_large)
    for module in (*ROUTERS, *JOB_ROUTERS, *((truncate,) if with_truncate else ())):
        app.include_router(module.router)
    console.install(app)
    return app


def in_process(resources: Resources) -> ASGIApp:
    """The API for this process's own graphs: without a socket, a login or a web page to guard against."""
    api = build_api()

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        await api({**scope, "state": {"resources": resources}}, receive, send)

    return with_state


async def _body_too_large(_: Request, error: Exception) -> Response:
    return refuse(cast("BodyTooLarge", error))
