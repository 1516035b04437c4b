"""Gives each request an id for its answer and its log lines, and each answer the headers of caution."""

import re
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import logs

HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")

_CAUTION = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_NO_PAGE = "default-src 'none'; frame-ancestors 'none'"  # of what is no page, and must not become one
_PAGE = "frame-ancestors 'none'"


class RequestIds:
    """Pure ASGI, next to the network."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        name = given if _GIVEN.fullmatch(given) else str(uuid4())
        token = logs.request_id.set(name)

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                _mark(MutableHeaders(scope=message), name, is_secure=scope["scheme"] == "https")
            await send(message)

        try:
            await self._app(scope, receive, marked)
        finally:
            logs.request_id.reset(token)


def _mark(headers: MutableHeaders, name: str, *, is_secure: bool) -> None:
    headers[HEADER] = name
    for key, value in _CAUTION.items():
        headers.setdefault(key, value)
    is_page = headers.get("content-type", "").startswith("text/html")
    headers.setdefault("Content-Security-Policy", _PAGE if is_page else _NO_PAGE)
    if is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
