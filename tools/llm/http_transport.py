"""How bytes go to providers and come back: aiohttp below httpx2.

It reads HTTP in C, where httpx2's own transport takes 60 to 100 us of Python for each piece of a stream; and
a connection can be left alone for a moment, so that what came meanwhile is read at once.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.request import getproxies, proxy_bypass

import httpx2

from tools.llm.merging import REST

if TYPE_CHECKING:
    import aiohttp

_KEPT_SECONDS = 30.0  # that an idle connection is kept
_OWN_HEADERS = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")  # it is not to add any of its own


class HttpTransport(httpx2.AsyncBaseTransport):
    """Sends requests as they are: nothing is followed, repeated, decoded or remembered.

    Args:
        certificates: Whom it trusts.
    """

    def __init__(self, certificates: ssl.SSLContext) -> None:
        # With aiohttp that is a fifth of a second, which the thread that opens a client has.
        import_module("tools.llm.eager_request")

        self._certificates = certificates
        self._proxies = getproxies()
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """As httpx2 wants it, with its errors."""
        import aiohttp  # noqa: PLC0415 - it is loaded by now
        from yarl import URL  # noqa: PLC0415 - likewise

        seconds = request.extensions.get("timeout", {})
        timeout = aiohttp.ClientTimeout(sock_connect=seconds.get("connect"), sock_read=seconds.get("read"))
        with _explained(request):
            response = await self._opened().request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=[
                    (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw
                ],
                data=await request.aread() or None,
                allow_redirects=False,
                timeout=timeout,
                proxy=self._proxy(request.url),
            )
        stream = _Stream(request, response)
        return httpx2.Response(
            response.status,
            headers=list(response.raw_headers),
            stream=stream,
            request=request,
            extensions={
                "http_version": b"HTTP/1.1",
                "reason_phrase": (response.reason or "").encode("ascii", "replace"),
                REST: stream.rest,
            },
        )

    async def aclose(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    def _proxy(self, url: httpx2.URL) -> str | None:
        """The proxy that the environment names for this address."""
        if not self._proxies or proxy_bypass(url.host):
            return None
        return self._proxies.get(url.scheme) or self._proxies.get("all")

    def _opened(self) -> "aiohttp.ClientSession":
        import aiohttp  # noqa: PLC0415 - it is loaded by now

        from tools.llm.eager_request import EagerRequest  # noqa: PLC0415 - likewise

        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0, ssl=self._certificates, keepalive_timeout=_KEPT_SECONDS
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                skip_auto_headers=_OWN_HEADERS,
                request_class=EagerRequest,
                auto_decompress=False,
            )
        return self._session


class _Stream(httpx2.AsyncByteStream):
    """The body of a response, as it comes."""

    def __init__(self, request: httpx2.Request, response: "aiohttp.ClientResponse") -> None:
        self._request = request
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _explained(self._request):
            async for data in self._response.content.iter_any():
                yield data

    async def rest(self, seconds: float) -> None:
        """Read nothing of it for so long: what comes stays with the system, which costs nothing."""
        connection = self._response.connection
        transport = None if connection is None else connection.transport
        if transport is None:  # all of it is there
            await asyncio.sleep(seconds)
            return
        transport.pause_reading()
        try:
            await asyncio.sleep(seconds)
        finally:
            if not transport.is_closing():
                transport.resume_reading()

    async def aclose(self) -> None:
        """Leave the connection to the next request if all was read, else close it."""
        if self._response.content.is_eof():
            self._response.release()
        else:
            self._response.close()


@contextmanager
def _explained(request: httpx2.Request) -> Generator[None]:
    """Raise aiohttp's errors as httpx2's."""
    import aiohttp  # noqa: PLC0415 - it is loaded by now

    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx2.ConnectTimeout(str(error), request=request) from error
    except aiohttp.ServerTimeoutError as error:
        raise httpx2.ReadTimeout(str(error), request=request) from error
    except aiohttp.ClientConnectorError as error:
        raise httpx2.ConnectError(str(error), request=request) from error
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        raise httpx2.UnsupportedProtocol(str(error), request=request) from error
    except aiohttp.ServerDisconnectedError as error:
        raise httpx2.RemoteProtocolError(
            "the server disconnected without an answer", request=request
        ) from error
    except aiohttp.ClientPayloadError as error:
        raise httpx2.RemoteProtocolError(f"the answer broke off: {error}", request=request) from error
    except aiohttp.ClientResponseError as error:
        raise httpx2.RemoteProtocolError(
            f"the answer is no HTTP: {error.message}", request=request
        ) from error
    except (aiohttp.ClientError, OSError) as error:
        raise httpx2.ReadError(str(error) or type(error).__name__, request=request) from error
