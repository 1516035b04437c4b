"""Saying a text aloud: by a model, by espeak-ng on this machine, or not at all."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tools.errors import InputTooLarge, InvalidInput, Unavailable
from tools.llm.chat_models import ChatModels
from tools.llm.speech import Sound, speak
from tools.processes import run_process

MAX_CHARACTERS = 5_000  # of one text
SECONDS = 30.0  # that espeak-ng may take
_VARIANT = re.compile(r"[A-Za-z0-9_]*")  # espeak-ng looks for a file of this name
USUAL_WPM = 175  # espeak-ng's own speed at 1.0
_USUAL_PITCH = 50  # of 0 to 99
MIN_SPEED, MAX_SPEED = 0.5, 2.5
#: Voices of qwen3-tts-flash that Alibaba Cloud documents for every language of the model.
MODEL_VOICES = ("Cherry", "Serena", "Ethan", "Chelsie")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Whose voice it is."""

    name: str
    language: str = ""  #: Its code; empty: any.


class Speaker(Protocol):
    """Says texts."""

    @property
    def name(self) -> str:
        """As TTS_ENGINE names it."""
        ...

    async def voices(self) -> list[Voice]:
        """Those that ``say`` takes."""
        ...

    async def say(
        self,
        text: str,
        *,
        voice: str | None,
        language: str | None,
        speed: float,
        pitch: float = 1.0,
        instruction: str = "",
    ) -> Sound:
        """The text, spoken.

        Args:
            voice: One of ``voices``; None: the usual one of the language.
            language: Code of the text's language; None: the voice's.
            speed: 1.0 is the usual one.
            pitch: Likewise; for whoever can change it.
            instruction: How to say it, for whoever understands one.

        Raises:
            InvalidInput: There is no text, or no such voice or speed.
            Unavailable, ModelError, ProcessFailed: It cannot be said.
        """
        ...


class TextOnly:
    """Says nothing: texts are shown, and spoken by the device if at all."""

    name = "text"

    async def voices(self) -> list[Voice]:
        """None."""
        return []

    async def say(
        self,
        text: str,
        *,
        voice: str | None,
        language: str | None,
        speed: float,
        pitch: float = 1.0,
        instruction: str = "",
    ) -> Sound:
        """Refuse."""
        del text, voice, language, speed, pitch, instruction
        raise Unavailable(
            "this server shows texts and does not speak them",
            hint="Set TTS_ENGINE to espeak, or TTS_MODEL to a model; or speak on the device.",
            code="speech_output_off",
        )


class EspeakSpeaker:
    """espeak-ng, a program on this machine: understandable in a hundred languages, beautiful in none."""

    name = "espeak"

    def __init__(self) -> None:
        self._voices: list[Voice] = []

    async def voices(self) -> list[Voice]:
        """espeak-ng's languages."""
        if not self._voices:
            told = await run_process(["espeak-ng", "--voices"], timeout=SECONDS)
            rows = [line.split() for line in told.stdout.decode().splitlines()[1:]]
            self._voices = [Voice(name=row[1], language=row[1].split("-")[0]) for row in rows if len(row) > 1]
        return self._voices

    async def variants(self) -> list[str]:
        """What a voice can be made of by ``+``, such as ``f2``."""
        told = await run_process(["espeak-ng", "--voices=variant"], timeout=SECONDS)
        return list(re.findall(r"!v/([A-Za-z0-9_]+)", told.stdout.decode()))

    async def say(
        self,
        text: str,
        *,
        voice: str | None,
        language: str | None,
        speed: float,
        pitch: float = 1.0,
        instruction: str = "",
    ) -> Sound:
        """As Speaker has it; it understands no instruction."""
        _check(text, speed)
        wanted = voice or espeak_language(language)
        known = {known.name for known in await self.voices()}
        name, _, variant = wanted.partition("+")
        if name not in known or not _VARIANT.fullmatch(variant):
            raise InvalidInput(
                f"voice: espeak-ng has no {wanted!r}",
                hint="GET /api/tts/speakers lists the voices.",
                code="unknown_voice",
            )
        speak_wpm = str(round(USUAL_WPM * speed))
        height = str(min(99, max(0, round(_USUAL_PITCH * pitch))))
        args = ["espeak-ng", "--stdin", "--stdout", "-v", wanted, "-s", speak_wpm, "-p", height]
        told = await run_process(args, input=text.encode(), timeout=SECONDS)
        return Sound(data=_with_length(told.stdout))


class ModelSpeaker:
    """The model of the role ``tts``."""

    name = "model"

    def __init__(self, models: Callable[[], ChatModels]) -> None:
        self._models = models

    async def voices(self) -> list[Voice]:
        """Those that are documented; models have more."""
        return [Voice(name=name) for name in MODEL_VOICES]

    async def say(
        self,
        text: str,
        *,
        voice: str | None,
        language: str | None,
        speed: float,
        pitch: float = 1.0,
        instruction: str = "",
    ) -> Sound:
        """As Speaker has it; the model's speed and pitch are its own."""
        del pitch
        _check(text, speed)
        if speed != 1.0:
            raise InvalidInput(
                "speed: the model speaks at its own speed", hint="Send 1.", code="invalid_speed"
            )
        names = {"zh": "Chinese", "en": "English"}
        named = names.get((language or "").split("-")[0])
        answer = await speak(
            self._models(), text, voice=voice or MODEL_VOICES[0], language=named, instruction=instruction
        )
        return answer.value


def _check(text: str, speed: float) -> None:
    if not text.strip():
        raise InvalidInput("text: there is nothing to say", code="empty_text")
    if len(text) > MAX_CHARACTERS:
        raise InputTooLarge(
            f"text: {len(text)} characters, more than the limit of {MAX_CHARACTERS}",
            hint="Send it in parts.",
            code="text_too_long",
        )
    if not MIN_SPEED <= speed <= MAX_SPEED:
        raise InvalidInput(
            f"speed: {speed:g} is not between {MIN_SPEED:g} and {MAX_SPEED:g}", code="invalid_speed"
        )


def espeak_language(language: str | None) -> str:
    """espeak-ng's voice of a language."""
    code = (language or "en").lower().replace("_", "-")
    return {"zh": "cmn", "zh-cn": "cmn", "en": "en-us"}.get(code, code)


def _with_length(data: bytes) -> bytes:
    """A WAV whose header says how long it is: a program that writes into a pipe cannot know."""
    if data[:4] != b"RIFF" or data[36:40] != b"data":
        raise Unavailable("espeak-ng wrote no WAV file", code="speech_output_failed")
    size = len(data) - 44
    return data[:4] + (size + 36).to_bytes(4, "little") + data[8:40] + size.to_bytes(4, "little") + data[44:]
