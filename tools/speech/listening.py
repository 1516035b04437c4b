"""Listening to one microphone: turns are found by loudness, and what is said in each by a recogniser."""

from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from tools.speech.base import SAMPLE_BYTES, Final, Partial, SpeechStream, whole_samples
from tools.speech.vad import TurnDetection, TurnDetector

MAX_TURN_SECONDS = 60.0  # after which an utterance is ended even in the midst of speech


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody begins to speak; ``at`` seconds since the stream began."""

    at: float


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """They have ended; ``at`` is where their voice did."""

    at: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said in a turn."""

    final: Final
    start: float  #: Seconds since the stream began.
    end: float


Event = SpeechStarted | SpeechStopped | Partial | Utterance


class Listener:
    """Feeds a recogniser, and tells turns.

    Args:
        stream: The recogniser.
        sample_rate: Of the sound.
        detection: How turns are found; None: only ``commit`` ends one.
        hears_silence: Whether the recogniser is fed pauses, too.
    """

    def __init__(
        self,
        stream: SpeechStream,
        *,
        sample_rate: int,
        detection: TurnDetection | None,
        hears_silence: bool = True,
    ) -> None:
        self._stream = stream
        self._rate = sample_rate
        self._hears_silence = hears_silence
        self._samples = 0  # fed so far
        self._start: float | None = None  # of the turn under way
        self._parts: list[Final] = []  # of it: a recogniser may end an utterance sooner
        self._has_sound = False  # since the last end
        self._prefix: deque[bytes] = deque()
        self.configure(detection)

    def configure(self, detection: TurnDetection | None) -> None:
        """Tell turns in another way from now on."""
        self._detection = detection
        self._detector = TurnDetector(detection, self._rate) if detection else None
        self._detector_offset = self._samples / self._rate

    @property
    def samples(self) -> int:
        """How much was heard so far."""
        return self._samples

    @property
    def seconds(self) -> float:
        """How much was heard so far."""
        return self._samples / self._rate

    @property
    def is_speech(self) -> bool:
        """Whether a turn is under way."""
        return self._start is not None

    @property
    def has_sound(self) -> bool:
        """Whether there is anything to commit."""
        return self._has_sound

    async def hear(self, pcm: bytes) -> AsyncGenerator[Event]:
        """What a piece of sound brings, in order, each as soon as it is clear.

        Raises:
            InvalidInput: It is no whole number of samples.
            ServiceError: The recogniser failed.
        """
        whole_samples(pcm)
        self._has_sound = self._has_sound or bool(pcm)
        if self._detector is None:
            for event in await self._feed(pcm):
                yield event
            return
        began = self._samples
        for boundary in self._detector.take(pcm):
            upto = round((boundary.known + self._detector_offset) * self._rate) - began
            used = self._samples - began
            for event in await self._pass_on(pcm[used * SAMPLE_BYTES : max(upto, used) * SAMPLE_BYTES]):
                yield event
            at = boundary.at + self._detector_offset
            if boundary.kind == "started":
                for event in await self._begin(at):
                    yield event
            elif self._start is not None:  # else the turn was too long, and has been ended
                yield SpeechStopped(at)
                yield await self._end(at)
        used = self._samples - began
        for event in await self._pass_on(pcm[used * SAMPLE_BYTES :]):
            yield event
        if self._start is not None and self.seconds - self._start >= MAX_TURN_SECONDS:
            self._detector.reset()
            yield SpeechStopped(self.seconds)
            yield await self._end(self.seconds)

    async def commit(self) -> Utterance:
        """End the turn now, wherever it is."""
        at = self.seconds
        if self._detector is not None:
            if self._detector.is_speech:
                at = self._detector.last_voice + self._detector_offset
            self._detector.reset()
        return await self._end(at)

    async def clear(self) -> None:
        """Forget the turn."""
        await self._stream.reset()
        if self._detector is not None:
            self._detector.reset()
        self._start, self._has_sound = None, False
        self._parts.clear()
        self._prefix.clear()

    async def close(self) -> None:
        """Give the recogniser back."""
        await self._stream.close()

    async def _begin(self, at: float) -> list[Event]:
        self._start = at
        events: list[Event] = [SpeechStarted(at)]
        while self._prefix:
            events += _partials(await self._stream.feed(self._prefix.popleft()), self._parts)
        return events

    async def _end(self, at: float) -> Utterance:
        parts = [*self._parts, await self._stream.finish()]
        start = (
            self._start if self._start is not None else min((p.start for p in parts if p.words), default=at)
        )
        self._start, self._has_sound = None, False
        self._parts = []
        return Utterance(_joined(parts, start, at), start, at)

    async def _pass_on(self, pcm: bytes) -> list[Event]:
        if self._hears_silence or self._start is not None:
            return await self._feed(pcm)
        self._samples += len(pcm) // SAMPLE_BYTES
        if pcm and self._detection is not None:
            self._prefix.append(pcm)
            kept = self._detection.prefix_padding_ms * self._rate // 1000 * SAMPLE_BYTES
            while sum(map(len, self._prefix)) - len(self._prefix[0]) >= kept:
                self._prefix.popleft()
        return []

    async def _feed(self, pcm: bytes) -> list[Event]:
        if not pcm:
            return []
        self._samples += len(pcm) // SAMPLE_BYTES
        return _partials(await self._stream.feed(pcm), self._parts)


def _partials(heard: list[Partial | Final], parts: list[Final]) -> list[Event]:
    """Whatever a recogniser heard, as what is understood of the turn so far; finals become its parts."""
    events: list[Event] = []
    for told in heard:
        if isinstance(told, Final):
            if not told.text:
                continue
            parts.append(told)
            text, words = "", ()
        else:
            text, words = told.text, told.words
        before = " ".join(part.text for part in parts)
        whole = f"{before} {text}".strip()
        events.append(Partial(text=whole, words=(*(w for part in parts for w in part.words), *words)))
    return events


def _joined(parts: list[Final], start: float, end: float) -> Final:
    said = [part for part in parts if part.text]
    words = tuple(word for part in said for word in part.words)
    return Final(
        text=" ".join(part.text for part in said),
        words=words,
        start=words[0].start if words else start,
        end=words[-1].end if words else end,
        speaker=next((part.speaker for part in said if part.speaker is not None), None),
    )
