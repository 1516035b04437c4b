"""The HTTP application, and the process that serves it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from langgraph_sdk import Auth
from starlette.types import ASGIApp, Receive, Scope, Send

from configs.settings import Settings
from server import endless, loop_lag
from server.api import auditing
from server.api.application import build_api, in_process
from server.api.auth import rules
from server.api.auth.answer_cache import AnswerCache
from server.api.auth.authenticator import Authenticator
from server.api.auth.documented import document_security
from server.api.auth.guard import AuthGuard
from server.api.auth.ownership import ownership, still_good
from server.api.body import BodyLimit
from server.api.configurable_headers import ConfigurableHeaders
from server.api.custom_app import CustomApp
from server.api.late_routes import late_routes
from server.api.origins import LOCAL_ORIGIN, OriginGuard
from server.api.prefix import MountPrefix
from server.api.rate_limits import HEADERS as RATE_HEADERS
from server.api.rate_limits import RateLimits, RequestRates
from server.api.request_ids import HEADER as REQUEST_ID
from server.api.request_ids import RequestIds
from server.api.sight import Sight
from server.api.switches import Switches
from server.resources import Resources, open_resources
from server.runs import loopback
from server.runs.catalog import GraphCatalog
from server.runs.importing import load_object
from server.runs.langgraph_json import AuthSpec, CorsSpec, LangGraphJson
from server.worker import working
from tools.errors import InvalidInput

FORM_BYTES = 64 * 1024  # that a form has beside its file
FIRST_ANSWERS = 0.5  # seconds of a start in which loading takes no processor time from what is asked
DRAIN_SECONDS = 5  # that open connections get when the server stops
EXPOSED = (  # to web pages
    "Content-Location",
    "Location",
    "X-Pagination-Total",
    "X-Pagination-Next",
    "Retry-After",
    REQUEST_ID,
    *RATE_HEADERS,
)


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
        await stack.enter_async_context(loop_lag.measured())
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
                ws_max_size=settings.max_body_size,
                forwarded_allow_ips=list(settings.forwarded_allow_ips),
            )
        )
        on_server(server)
        await server.serve()


def create_app(resources: Resources) -> FastAPI:
    """The application on resources that are open already."""
    settings, project = resources.settings, resources.project
    http = project.http
    custom = CustomApp.load(_config(settings), http.app) if http.app else None
    app = build_api(_lifespan(resources, custom), with_truncate=settings.allow_truncate)
    # The first of these stands next to the routes, the last one next to the network.
    if http.configurable_headers is not None:
        app.add_middleware(ConfigurableHeaders, spec=http.configurable_headers)
    app.add_middleware(auditing.Auditing, log=resources.audit)
    app.add_middleware(RateLimits, rates=RequestRates.of(resources))
    _add_project(app, resources, project, custom)
    if project.auth and project.auth.openapi:
        document_security(app, project.auth.openapi)
    app.add_middleware(Switches, spec=http)
    app.add_middleware(
        BodyLimit, max_bytes=settings.max_body_size, max_upload=resources.files.limits.largest + FORM_BYTES
    )
    if http.mount_prefix:
        app.add_middleware(MountPrefix, prefix=http.mount_prefix, is_own=rules.is_known)
    cors = http.cors or CorsSpec()
    origins = (*settings.allowed_origins, *cors.allow_origins)
    _add_cors(app, cors, origins)
    app.add_middleware(
        OriginGuard,
        allowed=origins,
        allowed_pattern=cors.allow_origin_regex,
        hosts=_hosts(settings),
        is_loopback=settings.is_loopback,
        on_refusal=partial(auditing.write, resources.audit),
    )
    app.add_middleware(Sight)
    app.add_middleware(RequestIds)
    return app


def _hosts(settings: Settings) -> tuple[str, ...]:
    """Names that the service answers to."""
    if settings.allow_unauthenticated_network:
        return ("*",)  # the proxy that checks who asks checks by which name, too
    if settings.auth == "off":
        return ()
    own = urlsplit(settings.public_url).hostname if settings.public_url else None
    return (*settings.allowed_hosts, *([own] if own else []))


def _add_project(
    app: FastAPI, resources: Resources, project: LangGraphJson, custom: CustomApp | None
) -> None:
    """Put a project's authorization and its own application before the API."""
    http = project.http
    guards_custom = http.enable_custom_route_auth
    if custom is not None and guards_custom:
        app.add_middleware(_Wrapped, wrap=custom.before)
    if custom is not None and http.middleware_order == "auth_first":
        app.add_middleware(_Wrapped, wrap=custom.around)
    authenticator = _authenticator(resources, project.auth)
    if authenticator is not None:
        app.add_middleware(
            AuthGuard,
            authenticator=authenticator,
            is_system_assistant=resources.catalog.is_default,
            is_custom=custom.serves if custom is not None and guards_custom else _no_route,
            on_refusal=partial(auditing.write, resources.audit),
            is_good=None if project.auth else partial(still_good, resources.accounts),
        )
    if custom is not None and not guards_custom:
        app.add_middleware(_Wrapped, wrap=custom.before)
    if custom is not None and http.middleware_order == "middleware_first":
        app.add_middleware(_Wrapped, wrap=custom.around)


def _add_cors(app: FastAPI, cors: CorsSpec, origins: tuple[str, ...]) -> None:
    """Let pages of allowed origins read what they get, in private networks too, as Studio's do."""
    patterns = [LOCAL_ORIGIN, *([cors.allow_origin_regex] if cors.allow_origin_regex else [])]
    app.add_middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_origin_regex="|".join(f"(?:{pattern})" for pattern in patterns),
        allow_methods=cors.allow_methods,
        allow_headers=cors.allow_headers,
        allow_credentials=cors.allow_credentials,
        allow_private_network=True,
        expose_headers=[*EXPOSED, *cors.expose_headers],
        max_age=cors.max_age,
    )


def _authenticator(resources: Resources, spec: AuthSpec | None) -> Authenticator | None:
    """Who tells users apart: the project, else our accounts; None: nobody does."""
    settings = resources.settings
    if spec is None:
        if settings.auth == "off":
            return None
        return Authenticator(auth=ownership(resources.accounts), allow_studio=False)
    found = load_object(_config(settings), spec.path, "auth")
    if not isinstance(found, Auth):
        raise InvalidInput(
            f"{settings.config}: auth: {spec.path!r} is a {type(found).__name__}.",
            hint="Name an object of the class langgraph_sdk.Auth.",
            code="invalid_config",
        )
    # Studio proves nothing about itself: its header lets in whoever sends it, so only from this machine.
    return Authenticator(
        auth=found,
        allow_studio=settings.is_loopback and not spec.disable_studio_auth,
        cache=AnswerCache(spec.cache) if spec.cache else None,
    )


class _Wrapped:
    """An application inside whatever a function makes of it."""

    def __init__(self, app: ASGIApp, *, wrap: Callable[[ASGIApp], ASGIApp]) -> None:
        self._app = wrap(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def _no_route(_: Scope) -> bool:
    return False


def _config(settings: Settings) -> Path:
    assert settings.config is not None  # noqa: S101 - what a langgraph.json says, one has said
    return settings.config


def _lifespan(
    resources: Resources, custom: CustomApp | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[Any]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[dict[str, Any]]:
        loading = endless.beside(_load_rest(app, resources.catalog), "loading of routes and graphs")
        with loopback.connected(in_process(resources)):
            async with loading, custom.lifespan() if custom else nullcontext() as state:
                yield {**(state or {}), "resources": resources}

    return lifespan


async def _load_rest(app: FastAPI, catalog: GraphCatalog) -> None:
    """Load what the first of certain requests would have to wait for."""
    await asyncio.sleep(FIRST_ANSWERS)
    for routes in late_routes(app):
        await routes.load()
    await catalog.load()
