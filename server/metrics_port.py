"""``/metrics`` and ``/ok`` of a process that serves no API: a worker's, on a port of its own."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST

logger = logging.getLogger(__name__)

_READ_SECONDS = 10
_LARGEST_HEAD = 16 * 1024  # bytes
_NOT_FOUND = (404, "Not Found", "text/plain", b"GET /metrics and GET /ok are all that there is.\n")
_OK = (200, "OK", "application/json", b'{"ok":true}')


@asynccontextmanager
async def metrics_port(
    render: Callable[[], Awaitable[bytes]], port: int | None, *, host: str = "127.0.0.1"
) -> AsyncGenerator[int | None]:
    """Answer ``GET /metrics``, and ``GET /ok`` without asking anybody, for as long as the with block runs.

    Args:
        render: Makes the text.
        port: 0 for a free one; None: nothing is served.

    Yields:
        The port.
    """
    if port is None:
        yield None
        return

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_READ_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            writer.write(_response(*await _answer(head.split(b"\r\n", 1)[0], render)))
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ConnectionError):
            pass  # whoever asked is gone, or is no HTTP client
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, port, limit=_LARGEST_HEAD)
    async with server:
        chosen: int = server.sockets[0].getsockname()[1]
        logger.info("Metrics are at http://%s:%d/metrics", host, chosen)
        yield chosen


async def _answer(request: bytes, render: Callable[[], Awaitable[bytes]]) -> tuple[int, str, str, bytes]:
    words = request.split()
    path = words[1].split(b"?")[0] if len(words) == 3 and words[0] == b"GET" else b""
    if path == b"/ok":
        return _OK
    if path != b"/metrics":
        return _NOT_FOUND
    try:
        return 200, "OK", CONTENT_TYPE_LATEST, await render()
    except Exception:
        logger.exception("Metrics could not be collected")
        return 500, "Internal Server Error", "text/plain", b"The log says more.\n"


def _response(status: int, reason: str, content_type: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status} {reason}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
