"""What the HTTP client of a provider keeps to, on a server that does what it should not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tools.llm.choices import choose
from tools.llm.transport import close_clients, http_client

_KEY = "sk-very-secret-0123456789"

pytestmark = pytest.mark.usefixtures("closed_clients")


@asynccontextmanager
async def _answering(answer: bytes) -> AsyncIterator[str]:
    """A server that says the same to everybody; gives its base URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


async def _get(url: str) -> tuple[int, str]:
    choice = choose("openai:m", base_url=url, api_key=_KEY)
    assert choice is not None
    response = await (await http_client(choice)).get(f"{url}/models")
    return response.status_code, response.text


async def test_key_that_a_refusal_quotes_is_masked() -> None:
    body = f'{{"error": "{_KEY} is wrong"}}'.encode()
    head = b"HTTP/1.1 401 No\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with _answering(head + body) as url:
        status, text = await _get(url)

    assert (status, text) == (401, '{"error": "******** is wrong"}')


async def test_redirect_is_not_followed() -> None:
    async with (
        _answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as elsewhere,
        _answering(
            b"HTTP/1.1 307 Go\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % elsewhere.encode()
        ) as url,
    ):
        status, _ = await _get(url)

    assert status == 307


async def test_models_of_one_provider_share_their_connections_until_they_are_closed() -> None:
    one, two = choose("openai:one"), choose("openai:two")
    assert one is not None
    assert two is not None

    first = await http_client(one)
    assert await http_client(two) is first

    await close_clients()
    assert first.is_closed
    assert await http_client(one) is not first
