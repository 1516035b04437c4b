"""Which engine hears and which one speaks, as the settings say."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tools.errors import Unavailable
from tools.llm.chat_models import ChatModels
from tools.speech.base import EngineInfo, HearingOptions, SpeechEngine, SpeechStream
from tools.speech.installing import installed
from tools.speech.model_engines import REALTIME, ModelEngine, RealtimeModelEngine
from tools.speech.output import EspeakSpeaker, ModelSpeaker, Speaker, TextOnly
from tools.speech.scripted import Script, ScriptedEngine
from tools.speech.vosk import VoskEngine

HearingName = Literal["auto", "vosk", "model", "scripted", "off"]
SpeakingName = Literal["auto", "model", "espeak", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSettings:
    """What the settings say of speech."""

    hearing: HearingName = "auto"
    speaking: SpeakingName = "auto"
    sample_rate: int = 16_000  #: Of sound whose sender does not say.
    models_folder: Path
    vosk_model: Path | None = None
    vosk_language: str = "en"  #: Of that model.
    script: Path | None = None


def open_engine(settings: SpeechSettings, models: Callable[[], ChatModels]) -> SpeechEngine:
    """The engine that hears. ``auto``: Vosk if there is a model, else the role ``asr``, else none.

    Raises:
        Unavailable: What is wanted lacks a part.
    """
    folders = installed(settings.models_folder)
    if settings.vosk_model is not None:
        folders = {**folders, settings.vosk_language: settings.vosk_model}
    choice = models().choice("asr")
    wanted = settings.hearing
    if wanted == "auto":
        wanted = "vosk" if folders else "model" if choice else "off"
    match wanted:
        case "vosk":
            if not folders:
                raise Unavailable(
                    "STT_ENGINE=vosk needs a model",
                    hint="Set VOSK_MODEL_PATH, or run `scriptorium speech install vosk-small-en`.",
                    code="speech_model_missing",
                )
            default = settings.vosk_language if settings.vosk_language in folders else next(iter(folders))
            return VoskEngine(folders, default=default)
        case "model":
            is_realtime = choice is not None and REALTIME in choice.model
            return RealtimeModelEngine(models) if is_realtime else ModelEngine(models)
        case "scripted":
            if settings.script is None:
                raise Unavailable(
                    "STT_ENGINE=scripted needs a script", hint="Set STT_SCRIPT.", code="invalid_script"
                )
            return ScriptedEngine(Script.read(settings.script))
        case _:
            return NoEngine()


def open_speaker(settings: SpeechSettings, models: Callable[[], ChatModels]) -> Speaker:
    """Who speaks. ``auto``: the role ``tts`` if a model plays it, else nobody: devices speak themselves."""
    wanted = settings.speaking
    if wanted == "auto":
        wanted = "model" if models().choice("tts") else "text"
    match wanted:
        case "model":
            return ModelSpeaker(models)
        case "espeak":
            return EspeakSpeaker()
        case _:
            return TextOnly()


class NoEngine:
    """Hears nothing, and says so."""

    @property
    def info(self) -> EngineInfo:
        """What it is."""
        return EngineInfo(name="off", has_partials=False, has_words=False)

    async def open(self, options: HearingOptions) -> SpeechStream:
        """Refuse."""
        raise Unavailable(
            "this server has no speech recognition",
            hint="Run `scriptorium speech install vosk-small-en`, or set VOSK_MODEL_PATH or ASR_MODEL. Text "
            "can be sent without it.",
            code="speech_off",
        )

    async def close(self) -> None:
        """There is nothing to end."""
