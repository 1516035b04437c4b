"""Hands the request headers that a project names to its runs."""

from fnmatch import fnmatchcase

from starlette.types import ASGIApp, Receive, Scope, Send

from server import access
from server.runs.langgraph_json import HeadersSpec

NEVER = ("x-api-key", "x-tenant-id", "x-service-key", "authorization")  # secrets have no place in a run


class ConfigurableHeaders:
    """Binds the headers that ``http.configurable_headers`` lets through."""

    def __init__(self, app: ASGIApp, *, spec: HeadersSpec) -> None:
        self._app = app
        self._spec = spec

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        named = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with access.bind_headers({name: value for name, value in named.items() if self._is_wanted(name)}):
            await self._app(scope, receive, send)

    def _is_wanted(self, name: str) -> bool:
        spec = self._spec
        included = any(fnmatchcase(name, pattern.lower()) for pattern in spec.includes)
        excluded = any(fnmatchcase(name, pattern.lower()) for pattern in spec.excludes)
        return included and not excluded and name not in NEVER
