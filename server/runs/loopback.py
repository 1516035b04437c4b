"""``langgraph_sdk.get_client(url=None)`` in a graph talks to the API of its own process, without a socket.

The SDK asks for a class of transports and gives its clients one without an application, whenever they are
made: at import, or in a node. Ours looks the application up with each request, and hands on a response while
it is being made, as streams need it.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import contextmanager
from typing import Any, cast

import httpx
from langgraph_sdk._async import client as sdk_client
from langgraph_sdk.client import configure_loopback_transports

from server import access

ROOT_PATH = "/noauth"  # as the official server calls it: what comes from within needs no login
PIECES = 64  # of a response that may wait for whoever reads it
LEAVE_SECONDS = 5  # that the API gets to see that nobody listens any more

_apps: list[Any] = []  # the last one answers


def install() -> None:
    """Let clients that are made from now on find the API once it is connected."""
    cast("Any", sdk_client).get_asgi_transport = lambda: LoopbackTransport


@contextmanager
def connected(app: Any) -> Generator[None]:
    """Let this ASGI application answer the clients within."""
    _apps.append(app)
    configure_loopback_transports(app)  # for those that were made before
    try:
        yield
    finally:
        _apps.remove(app)


class LoopbackTransport(httpx.ASGITransport):
    """Calls the API in the same event loop."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not _apps:
            raise httpx.ConnectError("No API is served in this process yet", request=request)
        exchange = _Exchange(request, await request.aread(), _apps[-1])
        return await exchange.response()


class _Exchange:
    """One request and its response."""

    def __init__(self, request: httpx.Request, body: bytes, app: Any) -> None:
        self._request = request
        self._body: bytes | None = body
        self._app = app
        self._left = asyncio.Event()
        self._messages: asyncio.Queue[Any] = asyncio.Queue(PIECES)
        self._task = asyncio.create_task(self._run())

    async def response(self) -> httpx.Response:
        """The response, as soon as it begins."""
        try:
            start = await self._next()
        except asyncio.CancelledError:
            await self._leave()
            raise
        if start is None:
            raise httpx.RemoteProtocolError("The API gave no response", request=self._request)
        stream = _Stream(self._pieces(), self._leave)
        return httpx.Response(start["status"], headers=start["headers"], stream=stream)

    async def _run(self) -> None:
        url = self._request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self._request.method,
            "headers": [(name.lower(), value) for name, value in self._request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 0),
            "root_path": ROOT_PATH,
        }
        end: Any = None
        try:
            with access.bind(None), access.bind_headers({}):
                await self._app(scope, self._receive, self._messages.put)
        except Exception as error:  # noqa: BLE001 - it is raised again where the response is awaited
            end = error
        finally:
            if not self._left.is_set():
                await self._messages.put(end)

    async def _receive(self) -> dict[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _next(self) -> Any:
        message = await self._messages.get()
        if isinstance(message, Exception):
            raise message
        return message

    async def _pieces(self) -> AsyncGenerator[bytes]:
        while (message := await self._next()) is not None:
            if message["type"] == "http.response.body":
                if body := message.get("body"):
                    yield body
                if not message.get("more_body", False):
                    return

    async def _leave(self) -> None:
        self._left.set()
        while not self._messages.empty():
            self._messages.get_nowait()  # whoever waits for room goes on
        try:
            await asyncio.wait({self._task}, timeout=LEAVE_SECONDS)
        finally:
            self._task.cancel()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, pieces: AsyncGenerator[bytes], leave: Any) -> None:
        self._pieces = pieces
        self._leave = leave

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._pieces:
            yield piece

    async def aclose(self) -> None:
        await self._pieces.aclose()
        await self._leave()
