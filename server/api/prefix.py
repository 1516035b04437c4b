"""Serves an application below a prefix of the path."""

from starlette.types import ASGIApp, Receive, Scope, Send


class MountPrefix:
    """Takes the prefix off; requests without it pass as they are, for probes and proxies that strip it."""

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self._app = app
        self._prefix = "/" + prefix.strip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == self._prefix or path.startswith(self._prefix + "/"):
            rest = path.removeprefix(self._prefix) or "/"
            scope = {**scope, "path": rest, "raw_path": rest.encode()}
        await self._app(scope, receive, send)
