"""What the HTTP client of a provider keeps to, on a server that does what it should not."""

import asyncio
import gzip
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
import pytest

from tools.llm.choices import choose
from tools.llm.transport import ProviderClient, close_clients, http_client

_KEY = "sk-very-secret-0123456789"

pytestmark = pytest.mark.usefixtures("closed_clients")


@asynccontextmanager
async def _answering(answer: bytes, seen: list[bytes] | None = None) -> AsyncGenerator[str]:
    """A server that says the same to everybody, and notes what it is asked; gives its base URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        if seen is not None:
            seen.append(asked)
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


def test_the_end_of_an_event_loop_closes_its_clients() -> None:
    async def opened() -> ProviderClient:
        choice = choose("openai:one")
        assert choice is not None
        return await http_client(choice)

    assert asyncio.run(opened()).is_closed


_EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", httpx2.RemoteProtocolError),
        (b"SSH-2.0-OpenSSH\r\n\r\n", httpx2.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", httpx2.RemoteProtocolError),
        (_EVENTS + b"5\r\ndata:", httpx2.RemoteProtocolError),
    ],
    ids=["nothing", "no HTTP", "half a body", "half a stream"],
)
async def test_an_answer_that_breaks_off_is_never_taken_for_whole(
    answer: bytes, error: type[Exception]
) -> None:
    async with _answering(answer) as url:
        with pytest.raises(error):
            await _get(url)


async def test_nobody_there_is_a_connect_error() -> None:
    with pytest.raises(httpx2.ConnectError):
        await _get("http://127.0.0.1:1/v1")


async def test_a_body_that_is_compressed_is_read() -> None:
    body = gzip.compress(b'{"data": []}')
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with _answering(head + body) as url:
        assert await _get(url) == (200, '{"data": []}')


async def test_the_environments_proxy_is_used_but_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []
    async with _answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", seen) as proxy:
        monkeypatch.setenv("http_proxy", proxy.removesuffix("/v1"))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert (await _get("http://models.example/v1"))[0] == 200
        assert (await _get(proxy))[0] == 200

    assert [request.split()[1] for request in seen] == [b"http://models.example/v1/models", b"/v1/models"]
