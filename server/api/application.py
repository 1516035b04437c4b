"""The API as an application, with nothing around it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from importlib.metadata import version
from typing import Any, cast

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.api import console, errors, health
from server.api.body import BodyTooLarge, refuse
from server.api.errors import ErrorBody
from server.api.langgraph import metrics, system
from server.api.late_routes import add_later
from server.resources import Resources

_PROBES = frozenset(("/ok", "/health", "/api/health", "/api/v1/health", "/metrics"))


def build_api(
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[Any]] | None = None,
    *,
    with_truncate: bool = False,
) -> FastAPI:
    """All routes; each request finds the resources in its state. Probes are answered at once; the other
    routes are loaded when one of them is asked for.

    Args:
        with_truncate: Serve the route that removes everything, too.
    """
    app = FastAPI(
        title="Scriptorium",
        version=version("scriptorium-service"),
        lifespan=lifespan,
        docs_url=None,  # a route of ours, so that it is in the document, as officially
        redoc_url=None,  # it would ask other hosts
        strict_content_type=False,
        responses={status: {"model": ErrorBody} for status in (422, "4XX", "5XX")},
        telemetry={"metrics": False, "logs": False, "operation_spans": False, "exclude": _is_probe},
    )
    errors.install(app)
    app.add_exception_handler(BodyTooLarge, _body_too_large)
    for module in (system, metrics, health):
        app.include_router(module.router)
    console.install(app)
    add_later(app, partial(_other_routers, with_truncate=with_truncate))
    return app


def in_process(resources: Resources) -> ASGIApp:
    """The API for this process's own graphs: without a socket, a login or a web page to guard against."""
    api = build_api()

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        await api({**scope, "state": {"resources": resources}}, receive, send)

    return with_state


def _other_routers(*, with_truncate: bool) -> tuple[APIRouter, ...]:
    from server.api import routers  # noqa: PLC0415 - a second, which a start does not wait

    return (*routers.ROUTERS, *(routers.EMPTYING if with_truncate else ()))


def _is_probe(scope: Scope) -> bool:
    """Whether a machine asks again and again: no span for each time."""
    return scope["path"] in _PROBES


async def _body_too_large(_: Request, error: Exception) -> Response:
    return refuse(cast("BodyTooLarge", error))
