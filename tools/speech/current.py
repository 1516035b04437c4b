"""The engine that hears and the speaker that speaks for the current task.

Whoever runs a graph (the server, the command line, a test) binds them around the run. Where nobody did, the
models of the roles ``asr`` and ``tts`` do it; without a model, espeak-ng speaks where it is installed.
"""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from tools.errors import Unavailable
from tools.llm.chat_models import ChatModels
from tools.speech.base import SpeechEngine
from tools.speech.model_engines import REALTIME, ModelEngine, RealtimeModelEngine
from tools.speech.output import EspeakSpeaker, ModelSpeaker, Speaker

_engine: ContextVar[SpeechEngine | None] = ContextVar("speech_engine", default=None)
_speaker: ContextVar[Speaker | None] = ContextVar("speaker", default=None)


@contextmanager
def bind(*, engine: SpeechEngine | None = None, speaker: Speaker | None = None) -> Generator[None]:
    """Make these the engine and the speaker of the code inside the with block; None changes nothing."""
    tokens = (
        _engine.set(engine if engine is not None else _engine.get()),
        _speaker.set(speaker if speaker is not None else _speaker.get()),
    )
    try:
        yield
    finally:
        _engine.reset(tokens[0])
        _speaker.reset(tokens[1])


def current_engine(models: ChatModels) -> SpeechEngine:
    """What hears: the engine of this machine, else the model of the role ``asr``.

    Args:
        models: Those of the run, which may be others than the engine that is bound would ask.

    Raises:
        Unavailable: "speech_off": nothing does.
    """
    bound = _engine.get()
    if bound is not None and bound.info.name not in ("model", "off"):
        return bound
    choice = models.choice("asr")
    if choice is not None:
        return (RealtimeModelEngine if REALTIME in choice.model else ModelEngine)(lambda: models)
    raise Unavailable(
        "nothing here recognises speech",
        hint="Set VOSK_MODEL_PATH or ASR_MODEL; or take words from a subtitle file or from the picture.",
        code="speech_off",
    )


def current_speaker(models: ChatModels) -> Speaker:
    """What speaks: the speaker that is bound, else the model of the role ``tts``, else espeak-ng.

    Raises:
        Unavailable: "speech_output_off": nothing does.
    """
    bound = _speaker.get()
    if bound is not None and bound.name not in ("model", "text"):
        return bound
    if models.choice("tts") is not None:
        return ModelSpeaker(lambda: models)
    if shutil.which("espeak-ng") is not None:
        return EspeakSpeaker()
    raise Unavailable(
        "nothing here can speak",
        hint="Set TTS_MODEL, or install espeak-ng.",
        code="speech_output_off",
    )
