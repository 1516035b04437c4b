"""DashScope's WebSocket ``/realtime``, where both sides send events: Qwen-Omni, and Qwen-TTS-Realtime."""

import asyncio
import json
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tools.errors import ModelUnavailable
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.completion import TimeLimits
from tools.llm.failures import explain_code
from tools.llm.sockets import open_socket


class EventSocket:
    """One session; ``open_session`` makes one."""

    def __init__(self, socket: ClientConnection, limits: TimeLimits) -> None:
        self._socket = socket
        self._limits = limits

    async def send(self, kind: str, **fields: Any) -> None:
        """Send an event.

        Raises:
            ModelUnavailable: The connection broke.
        """
        event = {"event_id": str(uuid4()), "type": kind, **fields}
        try:
            await self._socket.send(json.dumps(event))
        except ConnectionClosed as error:
            raise ModelUnavailable(f"the connection to the model broke: {error}") from error

    async def receive(self, *, is_awaited: bool) -> dict[str, Any]:
        """The next event as it is.

        Args:
            is_awaited: Silence is an error.

        Raises:
            ModelUnavailable: Nothing came in time, or no JSON.
            ModelRefused: The event is an error that no repeating mends.
            ConnectionClosed: The session ended.
        """
        try:
            async with asyncio.timeout(self._limits.idle if is_awaited else None):
                event: Any = json.loads(await self._socket.recv())
        except TimeoutError:
            raise ModelUnavailable(f"the model fell silent for {self._limits.idle:g} s") from None
        except ValueError as error:
            raise ModelUnavailable("the model sent an event that is no JSON") from error
        match event:
            case {"type": "error", "error": {"message": str(message), **rest}}:
                raise explain_code(str(rest.get("code")), message)
            case {"type": str()}:
                return event
            case _:
                raise ModelUnavailable("the model sent an event without a type")

    async def expect(self, kind: str) -> None:
        """Wait for an event of this kind; others before it are passed over."""
        async with asyncio.timeout(self._limits.first_token):
            while (await self.receive(is_awaited=False))["type"] != kind:
                pass

    async def close(self) -> None:
        """End the session."""
        await self._socket.close()


async def open_session(models: ChatModels, choice: ModelChoice, fields: dict[str, Any]) -> EventSocket:
    """A session that is held as the fields say, and has to be closed.

    Raises:
        ModelError: The provider will not have it.
        Exception: One of failures.transport_errors().
    """
    socket = EventSocket(
        await open_socket(models, choice, "realtime", {"model": choice.model}), models.limits
    )
    try:
        await socket.expect("session.created")
        await socket.send("session.update", session=fields)
        await socket.expect("session.updated")
    except BaseException:
        await socket.close()
        raise
    return socket
