"""The HTTP client of one provider: it gives the key to nobody else, and lets no error repeat it."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import httpx2

from tools.errors import ModelAnswerInvalid
from tools.llm.choices import ModelChoice
from tools.llm.http_transport import HttpTransport
from tools.llm.merging import merged

_MASK = b"********"
_KEYLESS = ("", b"")
_OF_THE_BODY = (b"content-encoding", b"content-length", b"transfer-encoding")


@cache
def certificates() -> ssl.SSLContext:
    """Whom this process trusts. Read from disk once: it takes a tenth of a second."""
    return httpx2.create_ssl_context()


class ProviderClient(httpx2.AsyncClient):
    """Masks the key in what the server says of a refusal: some quote it, and clients raise and trace that.

    How long an answer may take is the caller's to say. Redirects are not followed: a key in a header of the
    provider's own would go along.

    Args:
        secret: The key.
        connect_seconds: How long a connection may take to open.
    """

    def __init__(self, secret: bytes, *, connect_seconds: float) -> None:
        super().__init__(
            transport=HttpTransport(certificates()),
            timeout=httpx2.Timeout(None, connect=connect_seconds),
            follow_redirects=False,
        )
        self._secret = secret

    async def send(
        self,
        request: httpx2.Request,
        *,
        stream: bool = False,
        auth: Any = httpx2.USE_CLIENT_DEFAULT,
        follow_redirects: Any = httpx2.USE_CLIENT_DEFAULT,
    ) -> httpx2.Response:
        """As its base does, but for redirects."""
        del follow_redirects
        response = await super().send(request, stream=stream, auth=auth, follow_redirects=False)
        if response.status_code < 400 or not self._secret:
            return merged(response) if stream else response
        body = await response.aread()
        await response.aclose()
        return httpx2.Response(
            response.status_code,
            headers=[header for header in response.headers.raw if header[0].lower() not in _OF_THE_BODY],
            content=body.replace(self._secret, _MASK),
            request=request,
        )


_open: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, bytes], ProviderClient]] = (
    WeakKeyDictionary()
)


_ends: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncGenerator[None]] = WeakKeyDictionary()


async def _clients() -> dict[tuple[str, bytes], ProviderClient]:
    """The clients of this event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _ends:
        _ends[loop] = _closing_at_the_end()
        await anext(_ends[loop])
    return _open.setdefault(loop, {})


async def _closing_at_the_end() -> AsyncGenerator[None]:
    """A generator that ``asyncio.run`` ends with its event loop, and the loop's clients with it."""
    try:
        yield
    finally:
        await close_clients()
        del _ends[asyncio.get_running_loop()]


async def http_client(choice: ModelChoice, *, connect_seconds: float = 10.0) -> ProviderClient:
    """The client of this model's provider, one for each event loop, address and key."""
    clients = await _clients()
    secret = choice.api_key.get_secret_value().encode() if choice.api_key else b""
    key = choice.base_url, secret
    if key not in clients:
        # It reads certificates from disk.
        opened = await asyncio.to_thread(ProviderClient, secret, connect_seconds=connect_seconds)
        clients.setdefault(key, opened)
    return clients[key]


async def close_clients() -> None:
    """Close the connections to all providers that were opened on this event loop."""
    clients = _open.pop(asyncio.get_running_loop(), {})
    for client in clients.values():
        await client.aclose()


async def download(url: str, *, max_bytes: int) -> bytes:
    """A file that a provider made and names in its answer. No key goes along: the address may be anybody's.

    Raises:
        ModelAnswerInvalid: It is larger than the limit.
        Exception: One of failures.transport_errors().
    """
    clients = await _clients()
    if _KEYLESS not in clients:
        opened = await asyncio.to_thread(ProviderClient, b"", connect_seconds=10.0)
        clients.setdefault(_KEYLESS, opened)
    data = bytearray()
    async with clients[_KEYLESS].stream("GET", url) as response:
        if not response.is_success:
            await response.aread()
            raise refused(response)
        async for piece in response.aiter_bytes():
            data += piece
            if len(data) > max_bytes:
                raise ModelAnswerInvalid(f"the provider's file is larger than {max_bytes} bytes")
    return bytes(data)


def refused(response: httpx2.Response) -> httpx2.HTTPStatusError:
    """What a response raises that is no success."""
    message = f"the server answered {response.status_code}"
    return httpx2.HTTPStatusError(message, request=response.request, response=response)
