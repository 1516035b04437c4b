"""Text to speech over a WebSocket: Qwen-TTS-Realtime.

Source: Model Studio's pages "Client events" and "Server events" of the Qwen-TTS Realtime API.
"""

import asyncio
from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any

from websockets.exceptions import ConnectionClosed

from tools.errors import ModelUnavailable
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.event_socket import EventSocket, open_session
from tools.llm.requests import decoded, spoken_or_heard
from tools.llm.spoken import as_wav
from tools.llm.usage import Answered, Usage

RATE = 24_000  # samples per second of what comes
_MODELS = "qwen*-tts*-realtime*"
_MOST_AT_ONCE = 500  # characters in one event: the text is spoken in sentences all the same


def speaks_live(choice: ModelChoice) -> bool:
    """Whether it speaks in a session on a WebSocket, and nowhere else."""
    return choice.protocol == "dashscope" and fnmatch(choice.model, _MODELS)


async def synthesise_live(
    models: ChatModels,
    choice: ModelChoice,
    text: str,
    voice: str,
    language: str | None,
    *,
    on_samples: Callable[[bytes], None] | None = None,
) -> Answered[bytes]:
    """The text, spoken once, as a WAV file.

    Args:
        models: Whose time limits are used.
        choice: The model.
        text: What is to be said.
        voice: One of the model's voices, such as ``Cherry``.
        language: Its name, such as ``Chinese``; None: the model finds out.
        on_samples: Given each piece of the speech as it comes: PCM16, mono, of RATE.

    Raises:
        ModelUnavailable: The connection broke, or the speech stopped coming.
        ModelRefused: The provider will not speak it.
        ModelAnswerInvalid: Nothing was said, or half a sample.
        Exception: One of failures.transport_errors().
    """
    fields: dict[str, Any] = {
        "voice": voice,
        "mode": "server_commit",
        "response_format": "pcm",
        "sample_rate": RATE,
        "language_type": language or "Auto",
    }
    async with asyncio.timeout(models.limits.total):
        session = await open_session(models, choice, fields)
        try:
            for at in range(0, len(text), _MOST_AT_ONCE):
                await session.send("input_text_buffer.append", text=text[at : at + _MOST_AT_ONCE])
            await session.send("session.finish")
            samples, usage = await _listen(session, on_samples)
        finally:
            await session.close()
    return as_wav(samples, RATE, usage)


async def _listen(session: EventSocket, on_samples: Callable[[bytes], None] | None) -> tuple[bytes, Usage]:
    """All that is said until the session is finished, and what that took."""
    samples, usage = bytearray(), Usage(calls=1)
    is_responding = False
    while True:
        try:
            event = await session.receive(is_awaited=True)
        except ConnectionClosed as error:
            raise ModelUnavailable(f"the connection to the model broke: {error}") from error
        match event:
            case {"type": "response.audio.delta", "delta": str(data)}:
                piece = decoded(data)
                samples += piece
                if on_samples is not None:
                    on_samples(piece)
            case {"type": "response.created"}:
                is_responding = True
            case {"type": "response.done", "response": {"status": "completed", **rest}}:
                is_responding = False
                usage += Usage(**spoken_or_heard(rest.get("usage")))
            case {"type": "response.done"}:
                raise ModelUnavailable("the model broke off what it was saying")
            case {"type": "session.finished"} if is_responding:
                raise ModelUnavailable("the model ended before it had said all")
            case {"type": "session.finished"}:
                return bytes(samples), usage
            case _:
                pass
