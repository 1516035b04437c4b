"""Parts of the API that a project has switched off are not there."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from server.api.errors import answer
from server.runs.langgraph_json import HttpSpec

_PARTS = {
    "assistants": r"/assistants(/.*)?",
    "runs": r"/runs(/.*)?|/threads/[^/]+/(runs(/.*)?|commands|stream/events)",
    "threads": r"/threads|/threads/[^/]+(/(state|history|copy|storage|stream)(/.*)?)?",
    "store": r"/store(/.*)?",
    "mcp": r"/mcp/?",
    "a2a": r"/a2a/.*|/\.well-known/agent-card\.json",
    "ui": r"/ui/.*",
    "meta": r"/info|/metrics|/docs(/.*)?|/openapi\.json",
}


class Switches:
    """Answers 404 for what ``http.disable_*`` names."""

    def __init__(self, app: ASGIApp, *, spec: HttpSpec) -> None:
        self._app = app
        off = [pattern for part, pattern in _PARTS.items() if getattr(spec, f"disable_{part}")]
        self._off = re.compile("|".join(off)) if off else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._off is not None and scope["type"] == "http" and self._off.fullmatch(scope["path"]):
            refusal = answer(404, "Not Found", "switched_off", "This server's langgraph.json disables it.")
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)
