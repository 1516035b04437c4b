"""Speech to text, of a whole recording."""

import asyncio
import base64
import io
import wave
from typing import Any

from pydantic import BaseModel, ConfigDict

from tools.errors import InputTooLarge, InvalidInput, ModelAnswerInvalid, ModelRefused
from tools.llm.answer_cache import digest
from tools.llm.calling import Call, perform
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.failures import check_finish
from tools.llm.file_transcription import takes_files
from tools.llm.recognition import Recognition, RecognitionOptions, hears_live
from tools.llm.requests import Counted, post
from tools.llm.roles import Role
from tools.llm.speech import Sound
from tools.llm.task_socket import Task, open_task
from tools.llm.usage import Answered, Usage

MAX_QWEN_BYTES = 10 * 1024 * 1024  # what DashScope takes in one request
_PIECE = 32_000  # bytes of samples in one message: a second of 16 kHz
_EXTENSIONS = {
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "audio/webm": "webm",
}


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore")

    content: str


class _Choice(BaseModel):
    model_config = ConfigDict(extra="ignore")

    message: _Message
    finish_reason: str | None = None


class _Chat(Counted):
    choices: list[_Choice]


async def transcribe(
    models: ChatModels,
    sound: Sound,
    *,
    language: str | None = None,
    context: str = "",
    role: Role = "asr",
) -> Answered[str]:
    """What is said; empty when nothing is.

    Args:
        models: The models of the run.
        sound: The recording, in one of the usual formats.
        language: Its code, such as ``zh``; None: the model finds out.
        context: Names and words that may occur.
        role: Which model to ask.

    Raises:
        InvalidInput: The recording is empty or of an unknown format; InputTooLarge: it is too long.
        ModelUnavailable: No answer came, however often the request was repeated.
        ModelRefused: The provider will not answer.
        ModelAnswerInvalid: The answer is malformed, or was cut.
    """
    if not sound.data or sound.media_type not in _EXTENSIONS:
        raise InvalidInput(
            f"a recording of {len(sound.data)} bytes in {sound.media_type!r} cannot be heard",
            hint=f"Use one of: {', '.join(_EXTENSIONS)}.",
            code="unknown_audio",
        )

    async def send(choice: ModelChoice) -> Answered[str]:
        if hears_live(choice):
            return await _by_task(models, choice, sound, language)
        if takes_files(choice):
            raise ModelRefused(
                f"{choice.name!r} takes recordings by their address only",
                hint="Let a model such as dashscope:qwen3-asr-flash play the role.",
                code="model_unfit",
            )
        if choice.protocol == "dashscope":
            return await _by_chat(models, choice, sound, language, context)
        return await _by_file(models, choice, sound, language, context)

    request = {
        "sound": digest(sound.data),
        "media_type": sound.media_type,
        "language": language,
        "context": context,
    }
    return await perform(models, Call(role=role, operation="transcription", send=send, request=request))


async def _by_task(
    models: ChatModels, choice: ModelChoice, sound: Sound, language: str | None
) -> Answered[str]:
    """As models take it that hear while somebody speaks: its samples, faster than they were spoken."""
    samples, rate = _samples(sound)
    options = RecognitionOptions(rate=rate, language=language)
    task = Task(kind="asr", model=choice.model, parameters=options.parameters())
    async with asyncio.timeout(models.limits.total), open_task(models, choice, task) as hearing:
        recognition = Recognition(hearing)
        sending = asyncio.create_task(_send(recognition, samples))
        try:
            sentences = [each.text async for each in recognition if each.is_final]
            await sending
        finally:
            sending.cancel()
    return Answered(value="".join(sentences), usage=hearing.usage)


async def _send(recognition: Recognition, samples: bytes) -> None:
    for at in range(0, len(samples), _PIECE):
        await recognition.hear(samples[at : at + _PIECE])
    await recognition.finish()


def _samples(sound: Sound) -> tuple[bytes, int]:
    """PCM16, mono, and its rate."""
    try:
        with wave.open(io.BytesIO(sound.data), "rb") as file:
            if (file.getnchannels(), file.getsampwidth()) == (1, 2):
                return file.readframes(file.getnframes()), file.getframerate()
    except (wave.Error, EOFError):
        pass
    raise InvalidInput(
        "this model hears WAV files of one channel and 16 bits only",
        hint="Convert the recording, or let a model such as dashscope:qwen3-asr-flash play the role.",
        code="unknown_audio",
    )


async def _by_chat(
    models: ChatModels, choice: ModelChoice, sound: Sound, language: str | None, context: str
) -> Answered[str]:
    """As DashScope takes it: the recording is part of a message, the context is the system's."""
    encoded = base64.b64encode(sound.data).decode()
    if len(encoded) > MAX_QWEN_BYTES:
        raise InputTooLarge(
            f"the recording has {len(encoded)} bytes in base64, more than the limit of {MAX_QWEN_BYTES}",
            hint="Send it in parts, or compressed.",
            code="audio_too_large",
        )
    part = {"type": "input_audio", "input_audio": {"data": f"data:{sound.media_type};base64,{encoded}"}}
    system = [{"role": "system", "content": [{"type": "text", "text": context}]}] if context else []
    options: dict[str, Any] = {"enable_itn": False} | ({"language": language} if language else {})
    body = {
        "model": choice.model,
        "messages": [*system, {"role": "user", "content": [part]}],
        "stream": False,
        "asr_options": options,
    }
    answer = await post(models, choice, "/chat/completions", body, _Chat)
    if not answer.choices:
        raise ModelAnswerInvalid("the answer has no choices")
    check_finish(answer.choices[0].finish_reason)
    return Answered(value=answer.choices[0].message.content, usage=answer.counted())


async def _by_file(
    models: ChatModels, choice: ModelChoice, sound: Sound, language: str | None, context: str
) -> Answered[str]:
    """As OpenAI and servers such as faster-whisper's take it: an upload."""
    client = await models.clients.openai(choice)
    from openai import omit  # noqa: PLC0415 - it is loaded with the client, and not before

    name = f"recording.{_EXTENSIONS[sound.media_type]}"
    async with asyncio.timeout(models.limits.total):
        answer = await client.audio.transcriptions.create(
            model=choice.model,
            file=(name, sound.data, sound.media_type),
            language=language or omit,
            prompt=context or omit,
            response_format="json",
        )
    return Answered(value=_text(answer), usage=Usage(calls=1))


def _text(answer: object) -> str:
    text = getattr(answer, "text", None)
    if not isinstance(text, str):
        raise ModelAnswerInvalid("the answer has no field 'text'")
    return text
