"""The API as an application, with nothing around it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.api import console, errors, health, usage
from server.api import runs as run_list
from server.api.accounts import audit, auth, files, keys, own_data, shares, uploads, users, webhooks
from server.api.body import BodyTooLarge, refuse
from server.api.errors import ErrorBody
from server.api.jobs import catalog, novels, vosk_dialect
from server.api.jobs.books import audio as book_audio
from server.api.jobs.books import books, people, script
from server.api.jobs.books import edits as book_edits
from server.api.jobs.guidelines import routes as guidelines
from server.api.jobs.idialogue import rest as idialogue
from server.api.jobs.idialogue import sockets as idialogue_sockets
from server.api.jobs.topics import routes as topics
from server.api.jobs.translator import models as translator_models
from server.api.jobs.translator import processing, tasks
from server.api.jobs.translator import uploads as translator_uploads
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
    truncate,
)
from server.api.langgraph.a2a import card as a2a_card
from server.api.langgraph.a2a import routes as a2a
from server.api.langgraph.protocol import routes as protocol
from server.api.langgraph.protocol import session as protocol_session
from server.api.realtime import routes as realtime
from server.resources import Resources

THREAD_ROUTERS = (assistants, assistant_graphs, threads, states, store)
RUN_ROUTERS = (crons, stateless_runs, runs, run_joins, cancel)
PROTOCOL_ROUTERS = (protocol, protocol_session, mcp, a2a, a2a_card)
OWN_ROUTERS = (
    *(health, run_list, usage, auth, own_data, keys, users, shares, audit),
    *(files, uploads, webhooks, catalog, novels, realtime),
    *(idialogue, idialogue_sockets, vosk_dialect),
    *(tasks, processing, translator_uploads, translator_models),
    *(books, book_edits, people, script, book_audio),
)
_PROBES = frozenset(("/ok", "/health", "/api/health", "/api/v1/health", "/metrics"))
ROUTERS = (system, metrics, *THREAD_ROUTERS, *RUN_ROUTERS, *PROTOCOL_ROUTERS, *OWN_ROUTERS)


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
        docs_url=None,  # a route of ours, so that it is in the document, as officially
        redoc_url=None,  # it would ask other hosts
        strict_content_type=False,
        responses={status: {"model": ErrorBody} for status in (422, "4XX", "5XX")},
        telemetry={"metrics": False, "logs": False, "operation_spans": False, "exclude": _is_probe},
    )
    errors.install(app)
    app.add_exception_handler(BodyTooLarge, _body_too_large)
    for module in (*ROUTERS, *((truncate,) if with_truncate else ())):
        app.include_router(module.router)
    for router in (*guidelines.ROUTERS, *topics.ROUTERS, books.forms):
        app.include_router(router)
    console.install(app)
    return app


def in_process(resources: Resources) -> ASGIApp:
    """The API for this process's own graphs: without a socket, a login or a web page to guard against."""
    api = build_api()

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        await api({**scope, "state": {"resources": resources}}, receive, send)

    return with_state


def _is_probe(scope: Scope) -> bool:
    """Whether a machine asks again and again: no span for each time."""
    return scope["path"] in _PROBES


async def _body_too_large(_: Request, error: Exception) -> Response:
    return refuse(cast("BodyTooLarge", error))
