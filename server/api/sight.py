"""Counts requests, and takes up the trace of whoever sends them."""

from collections.abc import Iterable
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import metrics, tracing

_NO_ROUTE = "other"  # one name for all addresses that lead nowhere
_TRACE_HEADERS = (b"traceparent", b"tracestate", b"baggage")


class Sight:
    """Pure ASGI, for a wrapper of Starlette's would take each chunk of a stream in hand."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                path = getattr(scope.get("route"), "path", _NO_ROUTE)
                seconds = perf_counter() - began
                metrics.request_answered(scope["method"], path, message["status"], seconds)
            await send(message)

        with tracing.caller(_trace_headers(scope["headers"])):
            await self._app(scope, receive, counting)


def _trace_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode(): value.decode("latin-1") for name, value in headers if name in _TRACE_HEADERS}
