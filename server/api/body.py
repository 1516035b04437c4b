"""Request bodies: any content type may carry JSON, and nobody may send without end."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
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
_UPLOADS = (  # whose routes read no body into memory
    *("/api/v1/files", "/api/v1/upload"),
    *("/api/v1/workflow/upload", "/api/v1/workflow/batch"),
)
_ACCOUNTS = ("/api/v1/auth", "/api/v1/keys", "/api/v1/users", "/api/v1/shares")  # which strangers ask, too
ACCOUNT_BYTES = 64 * 1024  # that their few fields need at most


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

    def __init__(self, limit: "Limit") -> None:
        super().__init__(413, f"body: it is larger than the limit of {limit.max_bytes} bytes of this route.")
        self.hint = limit.hint


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How much a request may bring.

    Args:
        hint: What to do with more.
    """

    max_bytes: int
    hint: str


class BodyLimit:
    """Refuses request bodies over a limit, as soon as they are known to be.

    An answer that comes before the body's end would be lost on clients that are still sending, when the
    connection closes on them. So the rest of a body is read and dropped first, up to DRAIN_BYTES.

    Args:
        max_bytes: The limit for every route but those of accounts and those that take files as they arrive.
        max_upload: The limit for the latter.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, max_upload: int) -> None:
        self._app = app
        self._usual = Limit(
            max_bytes=max_bytes, hint="Send less, upload it as a file, or raise MAX_BODY_SIZE."
        )
        self._special = {
            _UPLOADS: Limit(max_bytes=max_upload, hint="Send a smaller file, or raise MAX_FILE_SIZE."),
            _ACCOUNTS: Limit(
                max_bytes=min(ACCOUNT_BYTES, max_bytes), hint="Send the fields that the route takes."
            ),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        body = _Body(receive, limit)
        headers = dict(scope["headers"])

        async def send_after_body(message: Message) -> None:
            if message["type"] == "http.response.start" and headers.get(b"expect") != b"100-continue":
                await body.drain()
            await send(message)

        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit.max_bytes:
            await refuse(BodyTooLarge(limit))(scope, receive, send_after_body)
        else:
            await self._app(scope, body.receive, send_after_body)

    def _limit(self, path: str) -> Limit:
        special = (limit for prefixes, limit in self._special.items() if path.startswith(prefixes))
        return next(special, self._usual)


class _Body:
    """A request's body as it comes in."""

    def __init__(self, receive: Receive, limit: Limit) -> None:
        self._receive = receive
        self._limit = limit
        self._received = 0
        self._has_ended = False

    async def receive(self) -> Message:
        message = await self._next()
        if self._received > self._limit.max_bytes:
            raise BodyTooLarge(self._limit)
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
    return answer(413, str(error.detail), "body_too_large", error.hint)
