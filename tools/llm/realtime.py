"""A conversation with a model that hears and speaks over a WebSocket: Qwen-Omni-Realtime."""

import base64
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

from tools.errors import BudgetSpent, ModelUnavailable
from tools.llm.calling import Call, consumed_in_turn, perform
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.event_socket import EventSocket, open_session
from tools.llm.realtime_events import Interrupted, RealtimeEvent, ResponseEnded, read_event
from tools.llm.roles import Role
from tools.llm.usage import Answered, Usage

HEARING_RATE = 16_000  # samples per second of what is sent
SPEAKING_RATE = 24_000  # of what comes

Pay = Callable[[Usage, float], Awaitable[None]]
"""Told of what each answer took, and of its seconds; raises when there may be no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealtimeOptions:
    """How a conversation is held."""

    instructions: str = ""
    voice: str | None = None  #: None: the model only writes.
    hears_turns: bool = True  #: The server finds out when a speaker has ended; else ``commit`` says so.
    threshold: float = 0.5  #: How loud speech is, from 0 to 1.
    silence_ms: int = 800  #: After which a speaker has ended.
    language: str | None = (
        None  #: Code of what is spoken, for models that write it down; None: they find out.
    )

    def fields(self) -> dict[str, Any]:
        """The session as the provider takes it."""
        turns = {
            "type": "server_vad",
            "threshold": self.threshold,
            "silence_duration_ms": self.silence_ms,
        }
        return {
            "modalities": ["text", "audio"] if self.voice else ["text"],
            **({"voice": self.voice} if self.voice else {}),
            "input_audio_format": "pcm",
            "output_audio_format": "pcm",
            "instructions": self.instructions,
            "turn_detection": turns if self.hears_turns else None,
            **({"input_audio_transcription": {"language": self.language}} if self.language else {}),
        }


class RealtimeSession:
    """One conversation. Iterate over what comes while another task speaks."""

    def __init__(self, socket: EventSocket, pay: Pay) -> None:
        self._socket = socket
        self._pay = pay
        self._answering_since = 0.0
        self._is_answering = False
        self.usage = Usage()  #: Of all answers so far.

    async def hear(self, samples: bytes) -> None:
        """Send speech: PCM16, mono, of HEARING_RATE."""
        await self._socket.send("input_audio_buffer.append", audio=base64.b64encode(samples).decode())

    async def commit(self) -> None:
        """The speaker has ended; for sessions that do not find that out."""
        await self._socket.send("input_audio_buffer.commit")
        await self.respond()

    async def end_utterance(self) -> None:
        """The speaker has ended; for models that only write down what they hear."""
        await self._socket.send("input_audio_buffer.commit")

    async def forget(self) -> None:
        """Take no notice of what was heard since the last end."""
        await self._socket.send("input_audio_buffer.clear")

    async def write(self, text: str) -> None:
        """Send a text, and have it answered."""
        part = {"type": "input_text", "text": text}
        item = {"type": "message", "role": "user", "content": [part]}
        await self._socket.send("conversation.item.create", item=item)
        await self.respond()

    async def respond(self) -> None:
        """Have the model answer what came so far."""
        self._begin_answer()
        await self._socket.send("response.create")

    def _begin_answer(self) -> None:
        self._is_answering, self._answering_since = True, perf_counter()

    async def cancel(self) -> None:
        """Have it stop; the answer's end comes with ``status`` cancelled."""
        await self._socket.send("response.cancel")

    async def update(self, options: RealtimeOptions) -> None:
        """Change how the conversation is held from now on."""
        await self._socket.send("session.update", session=options.fields())

    async def __aiter__(self) -> AsyncIterator[RealtimeEvent]:
        """What comes, until the provider ends the session, or nothing is left to pay for more.

        Raises:
            BudgetSpent: After an answer: the run, or its user, may consume no more.
            ModelUnavailable: The connection broke, or an answer stopped coming.
            ModelRefused: The provider will not answer.
        """
        while True:
            try:
                raw = await self._socket.receive(is_awaited=self._is_answering)
            except ConnectionClosedOK:
                if self._is_answering:
                    raise ModelUnavailable("the model's answer broke off") from None
                return
            except ConnectionClosed as error:
                raise ModelUnavailable(f"the connection to the model broke: {error}") from error
            event = read_event(raw)
            if event is None:
                continue
            if isinstance(event, ResponseEnded):
                self._is_answering = False
                self.usage += event.usage
                spent: BudgetSpent | None = None
                try:
                    await self._pay(event.usage, perf_counter() - self._answering_since)
                except BudgetSpent as error:
                    spent = error  # this answer is there all the same
                yield event
                if spent is not None:
                    raise spent
                continue
            if not isinstance(event, Interrupted) and event.is_of_an_answer and not self._is_answering:
                self._begin_answer()
            yield event

    async def close(self) -> None:
        """End the conversation."""
        await self._socket.close()


@asynccontextmanager
async def open_realtime(
    models: ChatModels, options: RealtimeOptions, *, role: Role = "realtime"
) -> AsyncGenerator[RealtimeSession]:
    """A conversation, which ends with the block.

    Raises:
        ModelUnavailable: It could not be opened, however often that was tried.
        ModelRefused: The provider will not have it.
    """

    opened = AsyncExitStack()

    async def send(choice: ModelChoice) -> Answered[RealtimeSession]:
        async def pay(usage: Usage, seconds: float) -> None:
            await consumed_in_turn(models, choice, usage, role=role, operation="chat", seconds=seconds)

        session = RealtimeSession(await open_session(models, choice, options.fields()), pay)
        opened.push_async_callback(session.close)
        return Answered(value=session, usage=Usage())

    async with opened:  # from here on: it may be given up after it was opened, and before that is known here
        yield (await perform(models, Call(role=role, operation="chat", send=send))).value
