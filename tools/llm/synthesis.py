"""Text to speech over a WebSocket: CosyVoice, and Qwen-Audio's models of speech."""

import asyncio
from collections.abc import Callable
from fnmatch import fnmatch

from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.spoken import as_wav
from tools.llm.task_socket import Task, TaskSocket, open_task
from tools.llm.usage import Answered

RATE = 24_000  # samples per second of what comes
_MODELS = ("cosyvoice*", "qwen-audio-*-tts-*")
_MOST_AT_ONCE = 10_000  # characters in one command: the limit is 20,000, where a Chinese one counts twice


def speaks_by_task(choice: ModelChoice) -> bool:
    """Whether it speaks over a WebSocket, and over nothing else."""
    return choice.protocol == "dashscope" and any(fnmatch(choice.model, pattern) for pattern in _MODELS)


async def synthesise(
    models: ChatModels,
    choice: ModelChoice,
    text: str,
    voice: str,
    *,
    on_samples: Callable[[bytes], None] | None = None,
) -> Answered[bytes]:
    """The text, spoken once, as a WAV file.

    Args:
        models: Whose time limits are used.
        choice: The model.
        text: What is to be said.
        voice: One of the model's voices, such as ``longanyang``.
        on_samples: Given each piece of the speech as it comes: PCM16, mono, of RATE.

    Raises:
        ModelUnavailable: The connection broke, or the speech stopped coming.
        ModelRefused: The provider will not speak it.
        ModelAnswerInvalid: Nothing was said, or half a sample.
        Exception: One of failures.transport_errors().
    """
    parameters = {"text_type": "PlainText", "voice": voice, "format": "pcm", "sample_rate": RATE}
    task = Task(kind="tts", model=choice.model, parameters=parameters)
    samples = bytearray()
    async with asyncio.timeout(models.limits.total), open_task(models, choice, task) as speaking:
        writing = asyncio.create_task(_write(speaking, text))
        try:
            async for piece in speaking:
                if isinstance(piece, bytes):
                    samples += piece
                    if on_samples is not None:
                        on_samples(piece)
            await writing
        finally:
            writing.cancel()
    return as_wav(bytes(samples), RATE, speaking.usage)


async def _write(speaking: TaskSocket, text: str) -> None:
    for at in range(0, len(text), _MOST_AT_ONCE):
        await speaking.write(text[at : at + _MOST_AT_ONCE])
    await speaking.finish()
