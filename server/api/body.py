"""Request bodies: any content type may carry JSON, and nobody may send without end."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.errors import answer
from tools.errors import InputTooLarge


class _JsonRequest(Request):
    async def json(self) -> Any:
        return orjson.loads(await self.body())  # refuses the lone surrogates that Python's json lets through


class JsonRoute(APIRoute):
    """A route whose body is JSON, whatever its content type says (Studio sends text/plain)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def with_json(request: Request) -> Response:
            headers = [(name, value) for name, value in request.headers.raw if name != b"content-type"]
            scope = {**request.scope, "headers": [*headers, (b"content-type", b"application/json")]}
            return await handle(_JsonRequest(scope, request.receive))

        return with_json


class BodyLimit:
    """Refuses request bodies over a limit, as soon as they are known to be.

    Args:
        max_bytes: The limit for every route.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._max_bytes:
            await self._refuse(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise InputTooLarge(
                    self._message(), hint="Send less, or raise MAX_FILE_SIZE.", code="body_too_large"
                )
            return message

        await self._app(scope, counted, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = answer(413, self._message(), "body_too_large", "Send less, or raise MAX_FILE_SIZE.")
        response.headers["connection"] = "close"
        await response(scope, receive, send)

    def _message(self) -> str:
        return f"The request is larger than the limit of {self._max_bytes} bytes."
