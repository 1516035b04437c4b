"""Request bodies: any content type may carry JSON, and nobody may send without end."""

from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import orjson
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.errors import answer

DRAIN_BYTES = 256 * 1024 * 1024  # of a refused body; whoever sends more sees the connection close
DRAIN_SECONDS = 30
UPLOADS = (  # whose routes read no body into memory
    *("/api/v1/files", "/api/v1/uploads"),
    *("/api/v1/workflow/upload", "/api/v1/workflow/batch"),
)


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


class BodyTooLarge(HTTPException):
    """A request body over the limit; an HTTPException, for FastAPI hides every other kind."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(413, f"The request is larger than the limit of {max_bytes} bytes.")


class BodyLimit:
    """Refuses request bodies over a limit, as soon as they are known to be.

    An answer that comes before the body's end would be lost on clients that are still sending, when the
    connection closes on them. So the rest of a body is read and dropped first, up to DRAIN_BYTES.

    Args:
        max_bytes: The limit for every route but those that take files as they arrive.
        max_upload: The limit for these.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, max_upload: int) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._max_upload = max_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_upload = scope["path"].startswith(UPLOADS)
        max_bytes = self._max_upload if is_upload else self._max_bytes
        body = _Body(receive, max_bytes)
        headers = dict(scope["headers"])

        async def send_after_body(message: Message) -> None:
            if message["type"] == "http.response.start" and headers.get(b"expect") != b"100-continue":
                await body.drain()
            await send(message)

        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > max_bytes:
            await refuse(BodyTooLarge(max_bytes))(scope, receive, send_after_body)
        else:
            await self._app(scope, body.receive, send_after_body)


class _Body:
    """A request's body as it comes in."""

    def __init__(self, receive: Receive, max_bytes: int) -> None:
        self._receive = receive
        self._max_bytes = max_bytes
        self._received = 0
        self._has_ended = False

    async def receive(self) -> Message:
        message = await self._next()
        if self._received > self._max_bytes:
            raise BodyTooLarge(self._max_bytes)
        return message

    async def drain(self) -> None:
        """Read what is left and drop it."""
        with anyio.move_on_after(DRAIN_SECONDS):
            while not self._has_ended and self._received <= DRAIN_BYTES:
                await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        self._has_ended = message["type"] != "http.request" or not message.get("more_body", False)
        return message


def refuse(error: BodyTooLarge) -> JSONResponse:
    """The answer to a body over the limit."""
    return answer(413, str(error.detail), "body_too_large", "Send less, or raise MAX_BODY_SIZE.")
