"""One client's connection: waiting, sending on time, and breaking off."""

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from starlette.types import Receive, Scope, Send

from evals.model_server.reply import End, Frame, Reply

# Streams wake no more often than this: what falls due in between goes out together.
_SHORTEST_WAIT = 0.01  # seconds
_LONGEST_SILENCE = 600.0  # seconds
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: on, zero seconds


class ClientLeft(Exception):
    """The client closed the connection."""


class Connection:
    """What a request came by.

    Args:
        transports: Client address -> transport, of all open connections of the server.
    """

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, transports: Mapping[object, asyncio.Transport]
    ) -> None:
        self._receive = receive
        self._send = send
        self._transport = transports.get(tuple(scope["client"]))
        self._departure: asyncio.Task[None] | None = None
        self._woken: asyncio.Future[None] | None = None

    async def wait(self, seconds: float) -> None:
        """Sleep.

        Raises:
            ClientLeft: As soon as the client has.
        """
        if seconds <= 0:
            return
        if self._departure is None:
            self._departure = asyncio.create_task(self._watch())
            self._departure.add_done_callback(self._wake)
        if not self._departure.done():
            loop = asyncio.get_running_loop()
            self._woken = loop.create_future()  # asyncio.wait would take a quarter of a token's time
            alarm = loop.call_later(seconds, self._wake)
            try:
                await self._woken
            finally:
                alarm.cancel()
        if self._departure.done():
            raise ClientLeft

    def close(self) -> None:
        """Stop watching."""
        if self._departure:
            self._departure.cancel()

    def reset(self) -> None:
        """Break the connection so that the client's system reports a reset."""
        if self._transport is None:
            return
        sock: socket.socket = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        self._transport.abort()

    async def send(
        self, reply: Reply, tokens_per_second: float | None, before_end: Callable[[], None]
    ) -> None:
        """Send the reply, each frame at its time.

        Args:
            reply: What is sent.
            tokens_per_second: None: all at once.
            before_end: Called before the last bytes, unless the reply ends in silence.

        Raises:
            ClientLeft: As soon as the client has.
        """
        if reply.end is End.SILENCE:
            before_end = _do_nothing
        if not reply.frames and reply.end is End.RESET:
            before_end()
            self.reset()
            return
        headers = [("content-type", reply.media_type), *reply.headers]
        raw = [(name.encode(), value.encode()) for name, value in headers]
        await self._send({"type": "http.response.start", "status": reply.status, "headers": raw})
        await self._send_frames(reply.frames, tokens_per_second, before_end)
        if reply.end is End.SILENCE:
            await self.wait(_LONGEST_SILENCE)
        if reply.end is End.RESET:
            self.reset()
        else:
            await self._send({"type": "http.response.body", "body": b""})

    async def _send_frames(
        self, frames: Sequence[Frame], tokens_per_second: float | None, before_end: Callable[[], None]
    ) -> None:
        """Send each frame when its last token is due, counted from now: what comes late is caught up with."""
        if tokens_per_second is None:
            before_end()
            await self._send_body(b"".join(frame.data for frame in frames))
            return
        clock = asyncio.get_running_loop().time
        start, sent = clock(), 0
        due = [start + tokens / tokens_per_second for tokens in accumulate(frame.tokens for frame in frames)]
        while sent < len(frames):
            now, first = clock(), sent
            while sent < len(frames) and due[sent] <= now:
                sent += 1
            if sent == len(frames):
                before_end()
            if sent > first:
                await self._send_body(b"".join(frame.data for frame in frames[first:sent]))
            else:
                await self.wait(max(due[sent] - now, _SHORTEST_WAIT))

    async def _send_body(self, data: bytes) -> None:
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def _wake(self, _: object = None) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)


def _do_nothing() -> None:
    return
