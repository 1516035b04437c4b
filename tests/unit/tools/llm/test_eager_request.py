"""Work that is begun before it is awaited is the same work."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from io import BytesIO

import aiohttp
import pytest

from tools.llm.eager_request import EagerRequest, begun

LARGE = 8 * 1024 * 1024  # bytes: more than the system takes at once


class Work:
    """Waits twice, and notes how far it has come."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.gates = [asyncio.get_running_loop().create_future() for _ in range(2)]
        self.goes_on = asyncio.Event()

    async def do(self) -> None:
        try:
            for number, gate in enumerate(self.gates):
                self.done.append(f"step {number}")
                if number:
                    self.goes_on.set()
                await gate
        except asyncio.CancelledError:
            self.done.append("cancelled")
            raise
        self.done.append("end")


async def test_work_comes_to_where_it_first_waits_before_anybody_awaits_it() -> None:
    work = Work()

    rest = asyncio.create_task(begun(work.do()))

    assert work.done == ["step 0"]
    for gate in work.gates:
        gate.set_result(None)
    await rest
    assert work.done == ["step 0", "step 1", "end"]


async def test_work_that_never_waits_is_done_before_anybody_awaits_it() -> None:
    done: list[str] = []

    async def at_once() -> None:
        done.append("end")

    rest = begun(at_once())

    assert done == ["end"]
    await rest


async def test_cancelling_what_awaits_it_cancels_the_work_where_it_waits() -> None:
    work = Work()
    rest = asyncio.create_task(begun(work.do()))
    work.gates[0].set_result(None)
    await work.goes_on.wait()

    rest.cancel()

    with pytest.raises(asyncio.CancelledError):
        await rest
    assert work.done == ["step 0", "step 1", "cancelled"]


async def test_failure_of_what_it_waits_for_is_raised_in_it() -> None:
    work = Work()
    rest = asyncio.create_task(begun(work.do()))

    work.gates[0].set_exception(OSError("gone"))

    with pytest.raises(OSError, match="gone"):
        await rest


@asynccontextmanager
async def counting() -> AsyncGenerator[str]:
    """A server that answers with how many bytes it was sent; its URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        count = len(await reader.readexactly(LARGE))
        text = str(count).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(text), text))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_body_that_the_connection_does_not_take_at_once_arrives_whole() -> None:
    async with counting() as url, aiohttp.ClientSession(request_class=EagerRequest) as session:
        response = await session.post(url, data=BytesIO(b"x" * LARGE))

        assert await response.text() == str(LARGE)
