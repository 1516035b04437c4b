"""A project's own Starlette or FastAPI application, before the routes of the API."""

import copy
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from server.runs.importing import load_object
from tools.errors import InvalidInput

RESERVED = ("/ok", "/metrics", "/docs", "/openapi.json")  # ours, whatever the project routes there


class CustomApp:
    """The application that ``http.app`` names; its middleware also sees the requests of the API."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._bare = copy.copy(app)  # the same routes, without the middleware, which stands around both
        self._bare.user_middleware = []
        self._bare.middleware_stack = None

    @classmethod
    def load(cls, config: Path, place: str) -> "CustomApp":
        """Import it; raises InvalidInput for what is no such application."""
        found = load_object(config, place, "http.app")
        if not isinstance(found, Starlette):
            raise InvalidInput(
                f"{config}: http.app: {place!r} is a {type(found).__name__}.",
                hint="Name a Starlette or FastAPI application.",
                code="invalid_config",
            )
        return cls(found)

    def lifespan(self) -> AbstractAsyncContextManager[Any]:
        """What it does at start and end; gives its state."""
        return self._app.router.lifespan_context(self._app)

    def serves(self, scope: Scope) -> bool:
        """Whether a request is for one of its own routes."""
        if scope["type"] == "lifespan" or scope["path"] in RESERVED:
            return False
        return any(route.matches(scope)[0] == Match.FULL for route in self._app.router.routes)

    def before(self, api: ASGIApp) -> ASGIApp:
        """Its routes, then those of the API."""

        async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
            chosen = self._bare if self.serves(scope) else api
            await chosen(scope, receive, send)

        return dispatch

    def around(self, app: ASGIApp) -> ASGIApp:
        """Its middleware around an application."""
        for middleware in reversed(self._app.user_middleware):
            app = middleware.cls(app, *middleware.args, **middleware.kwargs)
        return app
