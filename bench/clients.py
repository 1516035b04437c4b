"""Clients of the service, as lean as can be: what they cost is not the service's."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import orjson

SILENCE = 300.0  # seconds


@dataclass
class Streamed:
    """What came of one run."""

    first_event: float = 0.0  #: Seconds from the request to the first event.
    first_token: float = 0.0
    tokens: int = 0
    events: int = 0
    size: int = 0  #: Bytes.


@dataclass
class Lean:
    """HTTP/1.1 over plain sockets: one request a connection."""

    url: str
    open: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    async def stream(
        self, graph: str, given: dict[str, Any], mode: str = "messages-tuple", thread: str = ""
    ) -> Streamed:
        """Start a run and read all its events.

        Args:
            thread: One that there is; else a new one.
        """
        body = {
            "assistant_id": graph,
            "input": given,
            "stream_mode": [mode],
            "stream_resumable": True,
            "if_not_exists": "create",
        }
        found, start = Streamed(), time.perf_counter()
        async with self._request("POST", f"/threads/{thread or uuid4()}/runs/stream", body) as reader:
            async for chunk in _chunks(reader):
                found.events += chunk.count(b"event: ")
                if tokens := chunk.count(b"event: messages"):
                    found.first_token = found.first_token or time.perf_counter() - start
                    found.tokens += tokens
                found.first_event = found.first_event or time.perf_counter() - start
                found.size += len(chunk)
        return found

    async def ask(self, path: str, body: Any) -> bytes:
        """Post, and read the whole answer."""
        async with self._answer("POST", path, body) as (head, reader):
            if b"chunked" in head:
                return b"".join([chunk async for chunk in _chunks(reader)])
            size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            return await asyncio.wait_for(reader.readexactly(size), SILENCE)

    async def follow(self, place: str, ready: asyncio.Event | None = None) -> None:
        """Follow a run until its end, and look at nothing."""
        async with self._request("GET", f"{place}/stream", None) as reader:
            if ready is not None:
                ready.set()
            async for _ in _chunks(reader):
                pass

    @asynccontextmanager
    async def _request(self, method: str, path: str, body: Any) -> AsyncIterator[asyncio.StreamReader]:
        async with self._answer(method, path, body) as (_, reader):
            yield reader

    @asynccontextmanager
    async def _answer(
        self, method: str, path: str, body: Any
    ) -> AsyncIterator[tuple[bytes, asyncio.StreamReader]]:
        """The head of an answer, and what its body is read from."""
        parts = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 20)
        data = b"" if body is None else orjson.dumps(body)
        head = f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        self.open.add(writer)
        try:
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SILENCE)
            if not answer.startswith(b"HTTP/1.1 2"):
                raise RuntimeError(f"{path}: {answer[:60]!r}")
            yield answer, reader
        finally:
            self.open.discard(writer)
            writer.close()


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The chunks of a chunked answer."""
    while True:
        size = int(await asyncio.wait_for(reader.readuntil(b"\r\n"), SILENCE), 16)
        data = await reader.readexactly(size + 2)
        if not size:
            return
        yield data[:-2]


async def begin(client: httpx.AsyncClient, url: str, graph: str, given: dict[str, Any]) -> str:
    """Start a run in the background; its path."""
    thread = uuid4()
    body = {"assistant_id": graph, "input": given, "if_not_exists": "create", "stream_mode": ["values"]}
    answer = await client.post(f"{url}/threads/{thread}/runs", json=body)
    answer.raise_for_status()
    return f"/threads/{thread}/runs/{answer.json()['run_id']}"


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
