"""Speech to text, of a whole recording."""

import asyncio
import base64
from typing import Any

from pydantic import BaseModel, ConfigDict

from tools.errors import InputTooLarge, InvalidInput, ModelAnswerInvalid
from tools.llm.calling import Call, perform
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.failures import check_finish
from tools.llm.requests import Counted, post
from tools.llm.roles import Role
from tools.llm.speech import Sound
from tools.llm.usage import Answered, Usage

MAX_QWEN_BYTES = 10 * 1024 * 1024  # what DashScope takes in one request
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
        if choice.protocol == "dashscope":
            return await _by_chat(models, choice, sound, language, context)
        return await _by_file(models, choice, sound, language, context)

    return await perform(models, Call(role=role, operation="transcription", send=send))


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
