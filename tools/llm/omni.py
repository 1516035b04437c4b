"""Models that hear and speak over HTTP: Qwen-Omni, whose speech LangChain does not hand on."""

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from tools.errors import ModelAnswerInvalid
from tools.llm.calling import Call, perform
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.failures import check_finish
from tools.llm.requests import Counted, decoded, read
from tools.llm.roles import Role
from tools.llm.speech import Sound
from tools.llm.usage import Answered, Usage

RATE = 24_000  # samples per second of what comes


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What a model said."""

    text: str
    samples: bytes  #: PCM16, mono, of RATE; empty when the model wrote only.


@dataclass(frozen=True, slots=True, kw_only=True)
class UtterancePiece:
    """A part of it, while it is said."""

    text: str = ""
    samples: bytes = b""


class _Audio(BaseModel):
    model_config = ConfigDict(extra="ignore")

    data: str = ""
    transcript: str = ""


class _Delta(BaseModel):
    model_config = ConfigDict(extra="ignore")

    content: str | None = None
    audio: _Audio | None = None


class _Choice(BaseModel):
    model_config = ConfigDict(extra="ignore")

    delta: _Delta = _Delta()
    finish_reason: str | None = None


class _Chunk(Counted):
    choices: tuple[_Choice, ...] = ()


def sound_part(sound: Sound) -> dict[str, Any]:
    """A recording as a part of a message's content."""
    encoded = base64.b64encode(sound.data).decode()
    form = sound.media_type.rpartition("/")[2]
    data = f"data:;base64,{encoded}"
    return {"type": "input_audio", "input_audio": {"data": data, "format": form}}


async def utter(
    models: ChatModels,
    messages: Sequence[Mapping[str, Any]],
    *,
    voice: str | None,
    role: Role = "primary",
    on_piece: Callable[[UtterancePiece], None] | None = None,
) -> Answered[Utterance]:
    """An answer in words and, with a voice, in speech.

    Args:
        models: The models of the run.
        messages: In the form of OpenAI's protocol; see ``sound_part`` for speech in them.
        voice: One of the model's voices, such as ``Cherry`` or ``Tina``; None: words only.
        role: Which model to ask.
        on_piece: Given each piece as it comes; after a break the pieces begin again.

    Raises:
        ModelUnavailable: No whole answer came, however often the request was repeated.
        ModelRefused: The provider will not answer.
        ModelAnswerInvalid: The answer is empty, malformed, or was cut.
    """

    async def send(choice: ModelChoice) -> Answered[Utterance]:
        return await _utter(models, choice, _body(choice, messages, voice), on_piece or _ignore)

    return await perform(models, Call(role=role, operation="chat", send=send))


def _body(choice: ModelChoice, messages: Sequence[Mapping[str, Any]], voice: str | None) -> dict[str, Any]:
    speech = {"modalities": ["text", "audio"], "audio": {"voice": voice, "format": "wav"}}
    return {
        "model": choice.model,
        "messages": [dict(message) for message in messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        **(speech if voice else {"modalities": ["text"]}),
    }


async def _utter(
    models: ChatModels, choice: ModelChoice, body: dict[str, Any], give: Callable[[UtterancePiece], None]
) -> Answered[Utterance]:
    limits = models.limits
    client = await models.clients.openai(choice)
    from openai import AsyncStream  # noqa: PLC0415 - it is loaded with the client, and not before

    words, text, samples = _Words(), list[str](), bytearray()
    reason: str | None = None
    usage = Usage(calls=1)
    clock = asyncio.get_running_loop().time
    async with asyncio.timeout(limits.total), asyncio.timeout(limits.first_token) as watch:
        stream = await client.post(
            "/chat/completions", body=body, cast_to=object, stream=True, stream_cls=AsyncStream[object]
        )
        async with stream:
            async for event in stream:
                watch.reschedule(clock() + limits.idle)
                chunk = read(_Chunk, event, choice)
                for part in chunk.choices:
                    piece = words.read(part.delta)
                    text.append(piece.text)
                    samples += piece.samples
                    if piece.text or piece.samples:
                        give(piece)
                    reason = part.finish_reason or reason
                usage = chunk.counted() if chunk.usage else usage
    check_finish(reason)
    said = Utterance(text="".join(text), samples=bytes(samples))
    if not said.text.strip():
        raise ModelAnswerInvalid("the model's answer is empty", code="model_answer_empty")
    return Answered(value=said, usage=usage)


class _Words:
    """Reads the words of an answer, which come as text, as the transcript of the speech, or as both."""

    def __init__(self) -> None:
        self._are_text: bool | None = None  # once it is known

    def read(self, delta: _Delta) -> UtterancePiece:
        """What a part of the stream brings."""
        audio = delta.audio or _Audio()
        if self._are_text is None and (delta.content or audio.transcript):
            self._are_text = bool(delta.content)
        words = delta.content if self._are_text else audio.transcript
        return UtterancePiece(text=words or "", samples=decoded(audio.data))


def _ignore(piece: UtterancePiece) -> None:
    del piece
