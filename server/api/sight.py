"""Counts requests."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import metrics

_OTHER = "other"  # one name for all addresses that lead nowhere, and for all methods that nobody knows
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Sight:
    """Pure ASGI, for a wrapper of Starlette's would take each chunk of a stream in hand."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, is_answered = perf_counter(), False

        def count(status: int) -> None:
            nonlocal is_answered
            is_answered = True
            method = scope["method"] if scope["method"] in _METHODS else _OTHER
            path = getattr(scope.get("route"), "path", _OTHER)
            metrics.request_answered(method, path, status, perf_counter() - began)

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                count(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, counting)
        except Exception:
            if not is_answered:
                count(500)  # which Starlette answers, outside of us
            raise
