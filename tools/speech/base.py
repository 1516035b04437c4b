"""What every recogniser of speech does, whoever made it.

An engine opens streams. A stream is fed the speech of one microphone and tells what it hears: partial texts,
which may still change, and final ones, which do not. Times are seconds since the stream began; audio is
PCM16, little-endian, mono, of the stream's sample rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tools.errors import InvalidInput

SAMPLE_BYTES = 2
SAMPLE_RATES = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)  # samples per second


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word that was heard."""

    text: str
    start: float  #: Seconds since the stream began.
    end: float
    confidence: float | None = None  #: From 0 to 1; None: the engine does not say.


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """What is understood of an utterance that goes on: it may change."""

    text: str
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """What is understood of an utterance that has ended; the text is empty when nothing was."""

    text: str
    words: tuple[Word, ...] = ()  #: Empty when the engine does not tell words.
    start: float = 0.0  #: Of the first word, or of the sound when there are no words.
    end: float = 0.0
    speaker: tuple[float, ...] | None = None  #: The voice as a vector; None: the model has no such part.

    @property
    def confidence(self) -> float | None:
        """The mean over the words; None when the engine does not say."""
        known = [word.confidence for word in self.words if word.confidence is not None]
        return sum(known) / len(known) if known else None


Heard = Partial | Final


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingOptions:
    """How a stream is to be heard."""

    sample_rate: int = 16_000  #: One of SAMPLE_RATES.
    language: str | None = None  #: Its code, such as ``zh``; None: the engine's default.
    grammar: tuple[str, ...] = ()  #: Words and phrases besides which nothing is understood; empty: no limit.
    hints: tuple[str, ...] = ()  #: Words and phrases that are likely.
    begins_at: float = 0.0  #: Seconds of the talk before the stream's first sample; a script goes on there.

    def __post_init__(self) -> None:
        if self.sample_rate not in SAMPLE_RATES:
            raise InvalidInput(
                f"sample_rate: {self.sample_rate} is not supported",
                hint=f"Use one of {', '.join(map(str, SAMPLE_RATES))} (samples per second).",
                code="invalid_sample_rate",
            )


class SpeechStream(Protocol):
    """The speech of one microphone. Calls are carried out in the order in which they are made."""

    async def feed(self, pcm: bytes) -> list[Heard]:
        """Hear a piece, of any length; what has become clear by it.

        A Final comes when the engine itself finds an utterance's end, if it does.

        Raises:
            InvalidInput: The piece is no whole number of samples.
        """
        ...

    async def finish(self) -> Final:
        """End the utterance now. The stream can be fed on, and its clock goes on."""
        ...

    async def reset(self) -> None:
        """Forget the utterance."""
        ...

    async def close(self) -> None:
        """Give the stream's memory back. May be repeated."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """What an engine is."""

    name: str  #: As STT_ENGINE names it.
    model: str = ""
    languages: tuple[str, ...] = ()  #: Empty: the engine finds out by itself.
    has_partials: bool = True
    has_words: bool = True
    has_grammar: bool = False
    hears_silence: bool = True  #: False: it wants to be fed utterances, and no pauses.
    details: dict[str, str] = field(default_factory=dict[str, str])
    models: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  #: By language, of one that has several.

    def model_for(self, language: str | None) -> str:
        """The model that hears a language; None: what it hears unless told."""
        tag = (language or "").replace("_", "-")
        return self.models.get(tag) or self.models.get(tag.split("-")[0]) or self.model


class SpeechEngine(Protocol):
    """Opens streams."""

    @property
    def info(self) -> EngineInfo:
        """What it is."""
        ...

    async def open(self, options: HearingOptions) -> SpeechStream:
        """A stream of its own.

        Raises:
            InvalidInput: These options are not for this engine.
            Unavailable: It has no stream to spare, or lacks a part.
        """
        ...

    async def close(self) -> None:
        """End the engine; its streams are closed before."""
        ...


def whole_samples(pcm: bytes) -> bytes:
    """The same bytes.

    Raises:
        InvalidInput: They are no whole number of samples.
    """
    if len(pcm) % SAMPLE_BYTES:
        raise InvalidInput(
            f"audio: {len(pcm)} bytes are no whole number of 16-bit samples",
            hint="Send PCM16, little-endian, mono: two bytes a sample.",
            code="odd_audio",
        )
    return pcm
