"""Recognition by a model over the network, the one of the role ``asr``.

A model whose name holds "realtime" is spoken to over a WebSocket and tells partial texts; any other gets each
utterance as a file when it has ended. Neither tells words with times.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

from tools.cancellation import end
from tools.errors import InputTooLarge, ModelUnavailable, Unavailable
from tools.llm.chat_models import ChatModels
from tools.llm.realtime import HEARING_RATE, RealtimeOptions, RealtimeSession, open_realtime
from tools.llm.realtime_events import Heard as HeardByModel
from tools.llm.realtime_events import Hearing
from tools.llm.speech import Sound
from tools.llm.transcription import transcribe
from tools.speech.base import (
    SAMPLE_BYTES,
    EngineInfo,
    Final,
    Heard,
    HearingOptions,
    Partial,
    whole_samples,
)
from tools.speech.resampling import Resampler
from tools.wav import wav

MAX_UTTERANCE_SECONDS = 180.0  # as base64, at 16 kHz, it has 7.7 of the 10 MB that DashScope takes
REALTIME = "realtime"  # in the names of models that are spoken to over a WebSocket


class ModelEngine:
    """Opens streams whose utterances are sent as files."""

    def __init__(self, models: Callable[[], ChatModels]) -> None:
        self._models = models

    @property
    def info(self) -> EngineInfo:
        """What it is."""
        return EngineInfo(
            name="model",
            model=_name(self._models()),
            has_partials=False,
            has_words=False,
            hears_silence=False,
        )

    async def open(self, options: HearingOptions) -> "FileStream":
        """As SpeechEngine has it."""
        _name(self._models())
        return FileStream(self._models(), options)

    async def close(self) -> None:
        """The models are closed by whoever opened them."""


class FileStream:
    """Keeps an utterance until it has ended."""

    def __init__(self, models: ChatModels, options: HearingOptions) -> None:
        self._models = models
        self._options = options
        self._sound = bytearray()
        self._fed = 0  # samples

    async def feed(self, pcm: bytes) -> list[Heard]:
        """As SpeechStream has it.

        Raises:
            InputTooLarge: The utterance is longer than the model takes.
        """
        self._fed += len(whole_samples(pcm)) // SAMPLE_BYTES
        self._sound += pcm
        if self._seconds > MAX_UTTERANCE_SECONDS:
            self._sound.clear()
            raise InputTooLarge(
                f"the utterance is longer than {MAX_UTTERANCE_SECONDS:g} s",
                hint="Let turns be detected, or commit sooner.",
                code="utterance_too_long",
            )
        return []

    async def finish(self) -> Final:
        """As SpeechStream has it; raises what ``transcribe`` raises."""
        end = self._fed / self._options.sample_rate
        start = end - self._seconds
        sound = bytes(self._sound)
        self._sound.clear()
        if not any(sound):
            return Final(text="", start=start, end=end)
        answer = await transcribe(
            self._models,
            Sound(data=wav(sound, self._options.sample_rate)),
            language=self._options.language,
            context=" ".join(self._options.hints),
        )
        return Final(text=answer.value.strip(), start=start, end=end)

    async def reset(self) -> None:
        """As SpeechStream has it."""
        self._sound.clear()

    async def close(self) -> None:
        """As SpeechStream has it."""
        self._sound.clear()

    @property
    def _seconds(self) -> float:
        return len(self._sound) / SAMPLE_BYTES / self._options.sample_rate


class RealtimeModelEngine:
    """Opens streams that speak to a model over a WebSocket."""

    def __init__(self, models: Callable[[], ChatModels]) -> None:
        self._models = models

    @property
    def info(self) -> EngineInfo:
        """What it is."""
        return EngineInfo(name="model", model=_name(self._models()), has_words=False, hears_silence=False)

    async def open(self, options: HearingOptions) -> "RealtimeStream":
        """As SpeechEngine has it.

        Raises:
            ModelUnavailable, ModelRefused: The model cannot be reached.
        """
        _name(self._models())
        stack = AsyncExitStack()
        wishes = RealtimeOptions(hears_turns=False, language=options.language)
        session = await stack.enter_async_context(open_realtime(self._models(), wishes, role="asr"))
        return RealtimeStream(session, stack, options)

    async def close(self) -> None:
        """The models are closed by whoever opened them."""


class RealtimeStream:
    """One WebSocket to a model that writes down what it hears."""

    def __init__(self, session: RealtimeSession, stack: AsyncExitStack, options: HearingOptions) -> None:
        self._session = session
        self._stack = stack
        self._rate = options.sample_rate
        self._resampler = Resampler(options.sample_rate, HEARING_RATE)
        self._fed = 0
        self._since = 0  # samples since the last end
        self._partials: list[Partial] = []
        self._finals: asyncio.Queue[str | Exception] = asyncio.Queue()
        self._reader = asyncio.create_task(self._read())

    async def feed(self, pcm: bytes) -> list[Heard]:
        """As SpeechStream has it; raises ModelUnavailable when the connection broke."""
        count = len(whole_samples(pcm)) // SAMPLE_BYTES
        self._fed += count
        self._since += count
        await self._session.hear(self._resampler.take(pcm))
        told, self._partials = self._partials, []
        return [*told]

    async def finish(self) -> Final:
        """As SpeechStream has it; raises ModelError when the model does not answer."""
        end = self._fed / self._rate
        start = end - self._since / self._rate
        if not self._since:
            return Final(text="", start=end, end=end)
        self._since = 0
        await self._session.end_utterance()
        answer = await self._finals.get()
        self._partials = []
        if isinstance(answer, Exception):
            raise answer
        return Final(text=answer.strip(), start=start, end=end)

    async def reset(self) -> None:
        """As SpeechStream has it."""
        self._since, self._partials = 0, []
        await self._session.forget()

    async def close(self) -> None:
        """As SpeechStream has it."""
        await end(self._reader)
        await self._stack.aclose()

    async def _read(self) -> None:
        failure: Exception = ModelUnavailable("the connection to the model ended")
        try:
            async for event in self._session:
                if isinstance(event, Hearing):
                    self._partials = [Partial(text=event.text)]
                elif isinstance(event, HeardByModel):
                    self._finals.put_nowait(event.text)
        except Exception as error:  # noqa: BLE001 - it is raised where the utterance is waited for
            failure = error
        self._finals.put_nowait(failure)


def _name(models: ChatModels) -> str:
    choice = models.choice("asr")
    if choice is None:
        raise Unavailable(
            "no model plays the role asr",
            hint="Set ASR_MODEL, or use another STT_ENGINE.",
            code="speech_model_missing",
        )
    return choice.name
