"""What a response class costs that carries ready frames: sse-starlette's beside a plain one.

The server runs in a thread of its own, so that its CPU time is not its clients'.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server.stream.event_stream import EventStream
from server.stream.sse import frame

DATA = b'[{"content":"token","type":"AIMessageChunk","id":"run-1"},{"langgraph_node":"model"}]'
REQUEST = "GET /{}?chunks={}&frames={} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"


async def chunks(count: int, frames: int) -> AsyncIterator[bytes]:
    """Entries of some frames each."""
    chunk = frame("messages", DATA, "1795311519359-0") * frames
    for _ in range(count):
        yield chunk


def _content(request: Request) -> AsyncIterator[bytes]:
    return chunks(int(request.query_params["chunks"]), int(request.query_params["frames"]))


async def ours(request: Request) -> Response:
    """The response of server/stream/sse.py."""
    return EventStream(_content(request))


async def plain(request: Request) -> Response:
    """Starlette's, without heartbeats."""
    return StreamingResponse(_content(request), media_type="text/event-stream")


async def cpu(_: Request) -> Response:
    """CPU seconds of the server's thread."""
    return Response(str(time.thread_time()))


@dataclass
class Server:
    """A server on a free port, in a thread."""

    server: uvicorn.Server = field(init=False)
    thread: threading.Thread = field(init=False)

    def __enter__(self) -> "Server":
        routes = [Route("/ours", ours), Route("/plain", plain), Route("/cpu", cpu)]
        config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: Any) -> None:
        self.server.should_exit = True
        self.thread.join()

    async def get(self, path: str, chunks: int = 0, frames: int = 0) -> bytes:
        """The body of a route's answer; its last kilobyte."""
        port = self.server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST.format(path, chunks, frames).encode())
        tail = b""
        while received := await reader.read(1 << 18):
            tail = (tail + received)[-1024:]
        writer.close()
        return tail

    async def cpu(self) -> float:
        """CPU seconds of the server so far."""
        return float((await self.get("cpu")).rpartition(b"\r\n\r\n")[2])


async def cost(server: Server, path: str, *, clients: int, frames: int, events: int) -> tuple[float, float]:
    """Microseconds of the server's CPU for one event, and events a second over all clients."""
    count = events // clients // frames
    before, start = await server.cpu(), time.perf_counter()
    await asyncio.gather(*(server.get(path, count, frames) for _ in range(clients)))
    seconds, used = time.perf_counter() - start, await server.cpu() - before
    sent = count * clients * frames
    return used / sent * 1e6, sent / seconds


async def compare(events: int) -> dict[str, tuple[float, float]]:
    """CPU for an event of ours and of the plain response, by number of clients and frames in a chunk."""
    found: dict[str, tuple[float, float]] = {}
    with Server() as server:
        for clients in (1, 100):
            for frames in (1, 10):
                costs: dict[str, list[float]] = {"ours": [], "plain": []}
                for _ in range(3):
                    for path, some in costs.items():
                        some.append(
                            (await cost(server, path, clients=clients, frames=frames, events=events))[0]
                        )
                found[f"{clients} clients, {frames} a chunk"] = min(costs["ours"]), min(costs["plain"])
    return found


if __name__ == "__main__":
    for case, (of_ours, of_plain) in asyncio.run(compare(50_000)).items():
        print(f"{case}: {of_ours:.1f} us, plain {of_plain:.1f} us, ratio {of_ours / of_plain:.2f}")
