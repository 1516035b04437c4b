"""A task on DashScope's WebSocket ``/inference``, by which CosyVoice speaks and Fun-ASR and Paraformer hear.

Commands and sound go, events and sound come. Source: Model Studio's pages "CosyVoice client events" and
"Real-time speech recognition WebSocket API".
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tools.errors import ModelUnavailable
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.completion import TimeLimits
from tools.llm.failures import explain_code
from tools.llm.requests import spoken_or_heard
from tools.llm.sockets import open_socket
from tools.llm.usage import Usage

_FUNCTIONS = {"tts": "SpeechSynthesizer", "asr": "recognition"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be done."""

    kind: Literal["tts", "asr"]
    model: str
    parameters: Mapping[str, Any]

    def payload(self) -> dict[str, Any]:
        """The task as ``run-task`` takes it."""
        return {
            "task_group": "audio",
            "task": self.kind,
            "function": _FUNCTIONS[self.kind],
            "model": self.model,
            "parameters": dict(self.parameters),
            "input": {},
        }


class TaskSocket:
    """One task under way. Iterate over what comes while another task sends."""

    def __init__(self, socket: ClientConnection, limits: TimeLimits) -> None:
        self._socket = socket
        self._limits = limits
        self._id = str(uuid4())
        self._all_is_sent = False
        self.usage = Usage(calls=1)  #: With what the provider counted, once the task is finished.

    async def run(self, task: Task) -> None:
        """Begin the task."""
        await self._command("run-task", task.payload())
        async with asyncio.timeout(self._limits.first_token):
            while (await self._event())["header"]["event"] != "task-started":
                pass

    async def write(self, text: str) -> None:
        """Send a part of the text that is to be spoken."""
        await self._command("continue-task", {"input": {"text": text}})

    async def hear(self, samples: bytes) -> None:
        """Send a part of the speech that is to be written down."""
        await self._send(samples)

    async def finish(self) -> None:
        """Everything is sent."""
        self._all_is_sent = True
        await self._command("finish-task", {"input": {}})

    async def __aiter__(self) -> AsyncIterator[bytes | dict[str, Any]]:
        """Sound, and the outputs of events, until the task is finished.

        Raises:
            ModelUnavailable: The connection broke, or nothing more came although everything was sent.
            ModelRefused: The provider will not do it.
        """
        while True:
            received = await self._receive()
            if isinstance(received, bytes):
                yield received
                continue
            if received["header"]["event"] == "task-finished":
                self.usage = Usage(calls=1, **spoken_or_heard(received["payload"].get("usage")))
                return
            output = received["payload"].get("output")
            if isinstance(output, dict):
                yield output

    async def _event(self) -> dict[str, Any]:
        while isinstance(received := await self._receive(), bytes):
            pass
        return received

    async def _receive(self) -> bytes | dict[str, Any]:
        try:
            async with asyncio.timeout(self._limits.idle if self._all_is_sent else None):
                received = await self._socket.recv()
            event: Any = received if isinstance(received, bytes) else json.loads(received)
        except TimeoutError:
            raise ModelUnavailable(f"the model fell silent for {self._limits.idle:g} s") from None
        except ConnectionClosed as error:
            raise ModelUnavailable(f"the connection to the model broke: {error}") from error
        except ValueError as error:
            raise ModelUnavailable("the model sent an event that is no JSON") from error
        match event:
            case bytes():
                return event
            case {"header": {"event": "task-failed", **header}}:
                code, message = header.get("error_code"), header.get("error_message")
                raise explain_code(str(code), str(message))
            case {"header": {"event": str()}, "payload": {}}:
                return event
            case _:
                raise ModelUnavailable("the model sent an event without a name or a payload")

    async def _command(self, action: str, payload: Mapping[str, Any]) -> None:
        header = {"action": action, "task_id": self._id, "streaming": "duplex"}
        await self._send(json.dumps({"header": header, "payload": payload}, ensure_ascii=False))

    async def _send(self, message: str | bytes) -> None:
        try:
            await self._socket.send(message)
        except ConnectionClosed as error:
            raise ModelUnavailable(f"the connection to the model broke: {error}") from error


@asynccontextmanager
async def open_task(models: ChatModels, choice: ModelChoice, task: Task) -> AsyncGenerator[TaskSocket]:
    """A task that has begun; leaving the block ends it."""
    socket = await open_socket(models, choice, "inference")
    try:
        under_way = TaskSocket(socket, models.limits)
        await under_way.run(task)
        yield under_way
    finally:
        await socket.close()
