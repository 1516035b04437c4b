"""Running the server, in a thread of a test or as a command."""

import asyncio
import socket
import threading
from collections.abc import Collection, Generator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from evals.model_server.answers import Answers
from evals.model_server.exchange import ARRIVAL
from evals.model_server.faults import Faults
from evals.model_server.pace import Pace
from evals.model_server.routes import routes
from evals.model_server.server import ModelServer

_BACKLOG = 2048  # connections that wait to be accepted


@contextmanager
def model_server(
    answers: Answers | None = None,
    *,
    faults: Faults | None = None,
    pace: Pace | None = None,
    keys: Collection[str] | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> Generator[ModelServer]:
    """Run a server in a thread; it listens when this gives it.

    Args:
        answers: Where the answers come from; random ones by default.
        faults: What goes wrong; nothing by default.
        pace: How long answers take; no time by default.
        keys: The keys that it knows; None: any, and none at all.
        host: Where it listens.
        port: 0: a free one.
    """
    server = ModelServer(
        answers=answers or Answers.random(), faults=faults or Faults(), pace=pace or Pace(), keys=keys
    )
    running = _Running(_uvicorn_config(server, host, port))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        thread.join(0.01)
        if not thread.is_alive():
            raise OSError(f"the model server could not listen on port {port}")
    server.url = f"http://{host}:{running.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        running.stop()
        thread.join(10)


class _Running(uvicorn.Server):
    """Ends at once when it is told to, where uvicorn looks ten times a second whether it should."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending, self._loop = asyncio.Event(), asyncio.get_running_loop()
        await super().startup(sockets)

    async def main_loop(self) -> None:
        await self._ending.wait()

    def stop(self) -> None:
        self.force_exit = True
        self._loop.call_soon_threadsafe(self._ending.set)


def _uvicorn_config(server: ModelServer, host: str, port: int) -> uvicorn.Config:
    """How uvicorn runs it."""

    class Protocol(HttpToolsProtocol):
        """HTTP whose connections a fault can find and break, and whose requests know when they came."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as its base
            super().connection_made(transport)
            server.transports[transport.get_extra_info("peername")[:2]] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            server.transports.pop(self.transport.get_extra_info("peername")[:2], None)
            super().connection_lost(exc)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self.scope["state"] = {ARRIVAL: self.loop.time()}

    return uvicorn.Config(
        Starlette(routes=routes(server)),
        host=host,
        port=port,
        http=Protocol,
        ws="websockets-sansio",
        log_level="critical",
        lifespan="off",
        backlog=_BACKLOG,
        access_log=False,
        date_header=False,
        server_header=False,
    )
