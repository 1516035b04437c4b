"""A TCP proxy before Redis whose connections can be reset, and that can be away."""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER of no time: closing sends RST


class _Side(asyncio.Protocol):
    """One end of a connection through the proxy."""

    def __init__(self, other: "_Side | None" = None) -> None:
        self.other = other
        self.transport: asyncio.Transport | None = None
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        for data in self._early:
            transport.write(data)

    def data_received(self, data: bytes) -> None:
        assert self.other is not None
        self.other.send(data)

    def send(self, data: bytes) -> None:
        if self.transport is None:
            self._early.append(data)
        else:
            self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()

    def reset(self) -> None:
        """End the connection with RST, and what it had under way."""
        if self.transport is not None:
            own: socket.socket = self.transport.get_extra_info("socket")
            if own.family != socket.AF_UNIX:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.transport.abort()


class _Accepted(_Side):
    """The client's end; it connects to the server."""

    def __init__(self, proxy: "TcpProxy") -> None:
        super().__init__()
        self._proxy = proxy

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self._proxy.is_away:
            self.reset()
            return
        self._proxy.links.add(self)
        self.other = _Side(self)
        self._proxy.connect(self.other)

    def connection_lost(self, exc: Exception | None) -> None:
        self._proxy.links.discard(self)
        super().connection_lost(exc)


class TcpProxy:
    """Stands between the services and a server on a Unix socket."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connecting: set[asyncio.Task[None]] = set()
        self.links: set[_Accepted] = set()
        self.is_away = False
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self.port}/0"

    def connect(self, side: _Side) -> None:
        """Connect a side to the server."""
        task = asyncio.create_task(self._connect(side))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    def reset(self) -> int:
        """Reset every connection; returns how many there were."""
        links = list(self.links)
        for link in links:
            link.reset()
        return len(links)

    async def away(self, seconds: float) -> None:
        """Reset every connection, and every further one for some time."""
        self.is_away = True
        self.reset()
        await asyncio.sleep(seconds)
        self.is_away = False

    async def _connect(self, side: _Side) -> None:
        assert isinstance(side.other, _Accepted)
        try:
            await asyncio.get_running_loop().create_unix_connection(lambda: side, self._path)
        except OSError:
            side.other.reset()


@asynccontextmanager
async def tcp_proxy(redis_url: str) -> AsyncGenerator[TcpProxy]:
    """A proxy of the server at a unix:// URL."""
    proxy = TcpProxy(redis_url.removeprefix("unix://"))
    server = await asyncio.get_running_loop().create_server(lambda: _Accepted(proxy), "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.reset()
