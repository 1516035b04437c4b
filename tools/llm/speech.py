"""Text to speech, of a whole text."""

import asyncio
import base64
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from tools.errors import InvalidInput, ModelAnswerInvalid
from tools.llm.calling import Call, perform
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.live_synthesis import speaks_live, synthesise_live
from tools.llm.requests import Counted, post, require_url
from tools.llm.roles import Role
from tools.llm.synthesis import speaks_by_task, synthesise
from tools.llm.transport import download
from tools.llm.usage import Answered, Usage

MAX_SOUND = 256 * 1024 * 1024  # bytes
_SHORT = 1024 * 1024  # bytes: 20 seconds of a WAV file
_INSTRUCTED = "gpt-4o*-tts*"  # OpenAI's models of speech that take instructions
_NATIVE_PATH = "services/aigc/multimodal-generation/generation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A recording."""

    data: bytes
    media_type: str = "audio/wav"

    def is_short(self) -> bool:
        """Whether it is a sentence rather than a chapter: what is worth keeping for whoever asks the same."""
        return len(self.data) <= _SHORT

    def as_json(self) -> dict[str, str]:
        """All of it."""
        return {"data": base64.b64encode(self.data).decode(), "media_type": self.media_type}

    @classmethod
    def from_json(cls, kept: dict[str, str]) -> "Sound":
        """It again."""
        return cls(data=base64.b64decode(kept["data"]), media_type=kept["media_type"])


class _Audio(BaseModel):
    model_config = ConfigDict(extra="ignore")

    url: str


class _Output(BaseModel):
    model_config = ConfigDict(extra="ignore")

    audio: _Audio


class _Spoken(Counted):
    output: _Output


async def speak(
    models: ChatModels,
    text: str,
    *,
    voice: str,
    language: str | None = None,
    instruction: str = "",
    role: Role = "tts",
) -> Answered[Sound]:
    """The text, spoken; a WAV file.

    Args:
        models: The models of the run.
        text: What is to be said.
        voice: One of the model's voices, such as ``Cherry``.
        language: Its name, such as ``Chinese``, for models that take it; None: the model finds out.
        instruction: How to say it; models that take none are not told.
        role: Which model to ask.

    Raises:
        InvalidInput: The text is empty.
        ModelUnavailable: No answer came, however often the request was repeated.
        ModelRefused: The provider will not answer.
        ModelAnswerInvalid: The answer is no sound.
    """
    if not text.strip():
        raise InvalidInput("there is no text to speak", code="empty_text")

    async def send(choice: ModelChoice) -> Answered[Sound]:
        if speaks_live(choice):
            return _as_sound(await synthesise_live(models, choice, text, voice, language))
        if speaks_by_task(choice):
            return _as_sound(await synthesise(models, choice, text, voice))
        if choice.protocol == "dashscope":
            return await _by_generation(models, choice, text, voice, language, instruction)
        return await _by_speech(models, choice, text, voice, instruction)

    call = Call(
        role=role,
        operation="speech",
        send=send,
        request={"text": text, "voice": voice, "language": language}
        | ({"instruction": instruction} if instruction else {}),
        as_json=Sound.as_json,
        from_json=Sound.from_json,
        keep=Sound.is_short,
    )
    return await perform(models, call)


async def _by_generation(
    models: ChatModels, choice: ModelChoice, text: str, voice: str, language: str | None, instruction: str
) -> Answered[Sound]:
    """As DashScope speaks: the answer says where the file lies, for a day."""
    url = f"{require_url(choice, choice.native_url, 'DASHSCOPE_NATIVE_URL')}/{_NATIVE_PATH}"
    given: dict[str, Any] = {"text": text, "voice": voice}
    if language is not None:
        given["language_type"] = language
    if instruction and "instruct" in choice.model:
        given["instructions"] = instruction
    answer = await post(models, choice, url, {"model": choice.model, "input": given}, _Spoken)
    where = answer.output.audio.url
    if urlsplit(where).scheme not in ("http", "https"):
        raise ModelAnswerInvalid("the answer does not say where the speech is")
    async with asyncio.timeout(models.limits.total):
        data = await download(where, max_bytes=MAX_SOUND)
    return Answered(value=_wav(data), usage=answer.counted())


async def _by_speech(
    models: ChatModels, choice: ModelChoice, text: str, voice: str, instruction: str
) -> Answered[Sound]:
    """As OpenAI and compatible servers speak."""
    client = await models.clients.openai(choice)
    takes_instructions = bool(instruction) and fnmatch(choice.model, _INSTRUCTED)
    told: dict[str, Any] = {"instructions": instruction} if takes_instructions else {}
    async with asyncio.timeout(models.limits.total):
        answer = await client.audio.speech.create(
            model=choice.model, input=text, voice=voice, response_format="wav", **told
        )
        data = await answer.aread()
    return Answered(value=_wav(data), usage=Usage(calls=1))


def _as_sound(spoken: Answered[bytes]) -> Answered[Sound]:
    return Answered(value=Sound(data=spoken.value), usage=spoken.usage)


def _wav(data: bytes) -> Sound:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ModelAnswerInvalid("the answer is no WAV file")
    return Sound(data=data)
