"""Routes that are loaded after the start, since with all that they need this takes a second."""

from collections.abc import Callable, Iterable
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from server.runs.once import Once


class LateRoutes(BaseRoute):
    """Stands for routes until somebody asks for one of them; whoever does waits until they are there.

    Args:
        load: Imports the routers; called once, in a thread.
    """

    def __init__(self, app: FastAPI, load: Callable[[], Iterable[APIRouter]]) -> None:
        self._app = app
        self._routers = Once(load)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Any path may be one of them: it stands last."""
        return Match.FULL, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make way for them, and ask them."""
        await self.load()
        await self._app.router(scope, receive, send)

    async def load(self) -> None:
        """Make way for the routes; others go on while they are imported."""
        await self._routers.get()
        self.make_way()

    def make_way(self) -> None:
        """Put the routes in this one's place."""
        routes = self._app.router.routes
        if self in routes:
            routes.remove(self)
            for router in self._routers.now():
                self._app.include_router(router)


def add_later(app: FastAPI, load: Callable[[], Iterable[APIRouter]]) -> None:
    """Add the routes of routers to an application, behind those that it has, when they are asked for.

    Its OpenAPI document has them in any case.
    """
    late, document = LateRoutes(app, load), app.openapi
    app.router.routes.append(late)

    def whole() -> dict[str, Any]:
        late.make_way()
        return document()

    app.openapi = whole


def late_routes(app: FastAPI) -> list[LateRoutes]:
    """What of an application's routes is not there yet."""
    return [route for route in app.router.routes if isinstance(route, LateRoutes)]
