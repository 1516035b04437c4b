"""Hearing a whole recording, with the times of its words."""

import wave
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tools.errors import InvalidInput
from tools.heartbeat import beat
from tools.speech.base import Final, HearingOptions, SpeechEngine
from tools.speech.listening import Listener, Utterance
from tools.speech.vad import TurnDetection

PIECE_SECONDS = 0.1
#: Pauses in recordings: shorter than in talk, so that what is written down stays short.
RECORDED = TurnDetection(silence_duration_ms=600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """PCM16, mono, read piece by piece."""

    sample_rate: int
    seconds: float
    source: wave.Wave_read

    def pieces(self) -> Iterator[bytes]:
        """All of it, in order, once."""
        frames = int(self.sample_rate * PIECE_SECONDS)
        while piece := self.source.readframes(frames):
            yield piece


@contextmanager
def open_wav(source: Path | BinaryIO) -> Generator[Recording]:
    """A WAV file with PCM16, mono, of one of base.SAMPLE_RATES; ``tools/media`` makes one of anything else.

    Raises:
        InvalidInput: It is no such file.
    """
    try:
        opened = wave.open(str(source) if isinstance(source, Path) else source, "rb")  # noqa: SIM115 - below
    except (wave.Error, EOFError) as error:
        raise InvalidInput(
            f"audio: no WAV file: {error}", hint="Send WAV with PCM16, mono.", code="invalid_audio"
        ) from None
    with opened:
        width, channels = opened.getsampwidth(), opened.getnchannels()
        if width != 2:
            raise InvalidInput(
                f"audio: {8 * width} bits a sample; 16 are needed",
                hint="Convert it: ffmpeg -i IN -ac 1 -ar 16000 -c:a pcm_s16le OUT.wav",
                code="invalid_sample_width",
            )
        if channels != 1:
            raise InvalidInput(
                f"audio: {channels} channels; one is needed",
                hint="Convert it: ffmpeg -i IN -ac 1 -ar 16000 -c:a pcm_s16le OUT.wav",
                code="invalid_channels",
            )
        rate = opened.getframerate()
        HearingOptions(sample_rate=rate)  # says which rates there are
        yield Recording(sample_rate=rate, seconds=opened.getnframes() / rate, source=opened)


async def recognise(
    engine: SpeechEngine,
    recording: Recording,
    *,
    language: str | None = None,
    grammar: tuple[str, ...] = (),
    hints: tuple[str, ...] = (),
    detection: TurnDetection = RECORDED,
) -> AsyncGenerator[Utterance]:
    """What is said, utterance by utterance, as soon as each is clear.

    An utterance has words with times when the engine tells them (``engine.info.has_words``); its own start
    and end are there in any case: they are where the voice begins and ends.

    Raises:
        InvalidInput: The engine cannot hear this.
        Unavailable, ModelError: It does not answer.
    """
    options = HearingOptions(
        sample_rate=recording.sample_rate, language=language, grammar=grammar, hints=hints
    )
    listener = Listener(
        await engine.open(options),
        sample_rate=recording.sample_rate,
        detection=detection,
        hears_silence=engine.info.hears_silence,
    )
    try:
        for piece in recording.pieces():
            beat()
            async for event in listener.hear(piece):
                if isinstance(event, Utterance) and event.final.text:
                    yield event
        last = await listener.commit()
        if last.final.text:
            yield last
    finally:
        await listener.close()


async def transcript(
    engine: SpeechEngine, source: Path | BinaryIO, *, language: str | None = None
) -> list[Final]:
    """What is said in a WAV file: finals in order, each with its words.

    Raises:
        As ``open_wav`` and ``recognise``.
    """
    with open_wav(source) as recording:
        return [told.final async for told in recognise(engine, recording, language=language)]
