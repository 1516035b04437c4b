"""What a session hears: the sound of its client, piece by piece, made into items with transcripts."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from server.realtime.audio import MAX_WAITING_SECONDS, Intake
from server.realtime.config import Config
from server.realtime.outbox import Outbox
from tools.errors import InvalidInput, ServiceError, Unavailable
from tools.speech.base import SAMPLE_BYTES, Partial, SpeechEngine, Word
from tools.speech.listening import Event, Listener, SpeechStarted, SpeechStopped, Utterance

ACKNOWLEDGE_SECONDS = 5.0  # of silence after which a client may forget what it has sent
ONSET_SECONDS = 1.0  # of the silence that it keeps: somebody may be about to speak
RETRY_SECONDS = 10.0  # of sound that is dropped before a recogniser that failed is tried again
STAGES = ("committed", "added", "done")  # of an item that is not settled
_HEARING = "conversation.item.input_audio_transcription"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HeardItem:
    """An item of speech, transcribed."""

    id: str
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class _Commit:
    event_id: str | None


class _Clear:
    """Forget what is not committed."""


class Hearing:
    """Takes sound in the order in which it comes.

    Args:
        on_speech: Called when somebody begins to speak.
        on_heard: Called for every item that has a transcript, an empty one too.
        previous: The id of the item before the next one.
        acknowledged: Samples of the session that are done with.
    """

    def __init__(
        self,
        engine: SpeechEngine,
        outbox: Outbox,
        config: Config,
        *,
        on_speech: Callable[[], None],
        on_heard: Callable[[HeardItem], None],
        acknowledged: int = 0,
    ) -> None:
        self._engine = engine
        self._outbox = outbox
        self._config = config
        self._on_speech = on_speech
        self._on_heard = on_heard
        self._queue: asyncio.Queue[bytes | _Commit | _Clear | Config] = asyncio.Queue()
        self._waiting = 0  # samples in the queue
        self._listener: Listener | None = None
        self._base = acknowledged  # samples of the session before the listener's first
        self._heard = acknowledged  # samples of the session that were taken from the queue
        self._failed_at: int | None = None
        self._item: str | None = None
        self._stable: list[str] = []  # words of the item that were told as deltas
        self._before: list[str] = []  # its last partial text
        self.last_item: str | None = None
        self.acknowledged = acknowledged  #: Samples that a client need not send again.
        self.intake = Intake(acknowledged)

    def append(self, pcm: bytes, offset: int | None) -> None:
        """Take a piece.

        Raises:
            InvalidInput: Sound before it is missing; Unavailable: too much waits.
        """
        rate = self._config.audio.input.format.rate
        if self._waiting + len(pcm) // SAMPLE_BYTES > MAX_WAITING_SECONDS * rate:
            raise Unavailable(
                f"more than {MAX_WAITING_SECONDS:g} s of sound wait for the recogniser",
                hint=f"Send again from sample {self.intake.received} on, later.",
                code="audio_backlog",
                retry_after=5,
            )
        fresh = self.intake.take(pcm, offset)
        if fresh:
            self._waiting += len(fresh) // SAMPLE_BYTES
            self._queue.put_nowait(fresh)

    def commit(self, event_id: str | None) -> None:
        """End the turn after what has come so far."""
        self._queue.put_nowait(_Commit(event_id))

    def clear(self) -> None:
        """Forget what has come and is not committed."""
        self._queue.put_nowait(_Clear())

    def configure(self, config: Config) -> None:
        """Hear what comes from here on in another way."""
        self._queue.put_nowait(config)

    async def work(self) -> None:
        """Take what comes, for ever."""
        while True:
            job = await self._queue.get()
            try:
                match job:
                    case bytes():
                        await self._hear(job)
                    case _Commit():
                        await self._commit(job)
                    case _Clear():
                        await self._clear()
                    case Config():
                        await self._configure(job)
            except ServiceError as error:
                await self._fail(error)
            finally:
                self._queue.task_done()

    async def drain(self) -> None:
        """Wait until everything that came was heard."""
        await self._queue.join()

    def recover(self) -> None:
        """Settle what another process left open: its sound is sent again, and becomes other items."""
        for item, stage in list(self._outbox.order.items.items()):
            if stage in ("committed", "added", "done"):
                told = self._as_item(item)
                for kind in ("conversation.item.added", "conversation.item.done")[STAGES.index(stage) :]:
                    self._outbox.emit(kind, item=told, previous_item_id=None)
                error = {
                    "type": "transcription_error",
                    "code": "interrupted",
                    "message": "It is heard again.",
                }
                self._outbox.emit(f"{_HEARING}.failed", item_id=item, content_index=0, error=error)
        if any(stage in ("hearing", "heard") for stage in self._outbox.order.items.values()):
            self._outbox.emit("input_audio_buffer.cleared")

    async def close(self) -> None:
        """Give the recogniser back."""
        if self._listener is not None:
            await self._listener.close()
            self._listener = None

    async def _hear(self, pcm: bytes) -> None:
        count = len(pcm) // SAMPLE_BYTES
        self._waiting -= count
        self._heard += count
        listener = await self._open(count)
        if listener is None:
            return
        async for event in listener.hear(pcm):
            self._tell(event)
        self._acknowledge_silence(listener)

    async def _open(self, count: int) -> Listener | None:
        """The listener; None for a while after the recogniser failed."""
        if self._listener is not None:
            return self._listener
        rate = self._config.audio.input.format.rate
        if self._failed_at is not None and self._heard - self._failed_at < RETRY_SECONDS * rate:
            return None
        self._failed_at = self._heard
        base = self._heard - count
        stream = await self._engine.open(replace(self._config.hearing, begins_at=base / rate))
        self._failed_at = None
        self._base = base
        self._listener = Listener(
            stream,
            sample_rate=rate,
            detection=self._config.turns,
            hears_silence=self._engine.info.hears_silence,
        )
        return self._listener

    async def _commit(self, job: _Commit) -> None:
        listener = self._listener
        if listener is None or not listener.has_sound:
            raise InvalidInput(
                "input_audio_buffer: there is no sound to commit",
                hint="Append sound first.",
                code="input_audio_buffer_commit_empty",
            )
        began = self._item or _new_item()
        self._item = began
        self._committed(began)
        self._settle(began, await listener.commit())

    async def _clear(self) -> None:
        if self._listener is not None:
            await self._listener.clear()
        self._forget()
        self._outbox.emit("input_audio_buffer.cleared")
        self._acknowledge(self._heard)

    async def _configure(self, config: Config) -> None:
        old, self._config = self._config, config
        self._failed_at = None
        if self._listener is None:
            return
        if old.hearing != config.hearing:
            if self._listener.is_speech or self._item is not None:
                await self._commit(_Commit(None))  # what was said so far was said the old way
            await self.close()
        elif old.turns != config.turns:
            self._listener.configure(config.turns)

    def _tell(self, event: Event) -> None:
        match event:
            case SpeechStarted():
                self._item = _new_item()
                self._outbox.emit(
                    "input_audio_buffer.speech_started",
                    audio_start_ms=self._milliseconds(event.at),
                    item_id=self._item,
                )
                self._on_speech()
            case SpeechStopped():
                self._outbox.emit(
                    "input_audio_buffer.speech_stopped",
                    audio_end_ms=self._milliseconds(event.at),
                    item_id=self._item,
                )
                assert self._item is not None  # noqa: S101 - a turn that ends has begun
                self._committed(self._item)
            case Partial():
                self._partial(event)
            case Utterance():
                assert self._item is not None  # noqa: S101 - likewise
                self._settle(self._item, event)

    def _partial(self, partial: Partial) -> None:
        if self._item is None:
            if self._config.turns is not None:
                return  # nobody speaks loud enough; if they do, it comes again
            self._item = _new_item()
        told, self._before = self._before, partial.text.split()
        if told != self._before:
            words = [self._word(word) for word in partial.words]
            place = {"item_id": self._item, "content_index": 0}
            self._outbox.emit(f"{_HEARING}.partial", **place, text=partial.text, words=words)
        agreed = _common(told, self._before)
        if agreed[: len(self._stable)] == self._stable and len(agreed) > len(self._stable):
            self._delta(agreed)

    def _delta(self, words: list[str]) -> None:
        """Tell the words that two partial texts in a row agree upon: a delta cannot be taken back."""
        fresh = " ".join(words[len(self._stable) :])
        lead = " " if self._stable else ""
        self._stable = words
        self._outbox.emit(f"{_HEARING}.delta", item_id=self._item, content_index=0, delta=lead + fresh)

    def _committed(self, item: str) -> None:
        previous = self.last_item
        self.last_item = item
        self._outbox.emit("input_audio_buffer.committed", item_id=item, previous_item_id=previous)
        told = self._as_item(item)
        self._outbox.emit("conversation.item.added", item=told, previous_item_id=previous)
        self._outbox.emit("conversation.item.done", item=told, previous_item_id=previous)

    def _as_item(self, item: str) -> dict[str, Any]:
        content = [{"type": "input_audio", "transcript": None}]
        told = {"id": item, "object": "realtime.item", "type": "message", "role": "user", "content": content}
        return told | {"status": "completed", "speaker": self._config.audio.input.speaker}

    def _settle(self, item: str, utterance: Utterance) -> None:
        final = utterance.final
        words = final.text.split()
        if words[: len(self._stable)] == self._stable and len(words) > len(self._stable):
            self._delta(words)
        self._forget()
        self._outbox.emit(
            f"{_HEARING}.completed",
            item_id=item,
            content_index=0,
            transcript=final.text,
            usage={"type": "duration", "seconds": round(utterance.end - utterance.start, 3)},
            words=[self._word(word) for word in final.words],
            confidence=final.confidence,
            speaker_vector=final.speaker,
        )
        self._on_heard(HeardItem(item, utterance))
        if self._listener is not None:
            self._acknowledge(self._base + self._listener.samples)

    async def _fail(self, error: ServiceError) -> None:
        """The recogniser failed: its item has no transcript, and the session goes on."""
        item = self._item
        if item is not None and self._outbox.order.items.get(item) == "done":
            told = {"type": "transcription_error", "code": error.code, "message": error.message}
            self._outbox.emit(f"{_HEARING}.failed", item_id=item, content_index=0, error=told)
        else:
            if item is not None:
                self._outbox.emit("input_audio_buffer.cleared")
            self._outbox.fail(as_error(error))
        self._forget()
        if not isinstance(error, InvalidInput):
            await self.close()
            self._failed_at = self._heard
        self._acknowledge(self._heard)

    def _forget(self) -> None:
        self._item = None
        self._stable, self._before = [], []

    def _acknowledge_silence(self, listener: Listener) -> None:
        rate = self._config.audio.input.format.rate
        if listener.is_speech or self._item is not None or self._config.turns is None:
            return
        upto = self._heard - round(ONSET_SECONDS * rate)
        if upto - self.acknowledged >= ACKNOWLEDGE_SECONDS * rate:
            self._acknowledge(upto)

    def _acknowledge(self, upto: int) -> None:
        if upto > self.acknowledged:
            self.acknowledged = upto
            self._outbox.emit("input_audio_buffer.acknowledged", offset=upto)

    def _milliseconds(self, seconds: float) -> int:
        return round((seconds + self._base / self._config.audio.input.format.rate) * 1000)

    def _word(self, word: Word) -> dict[str, Any]:
        start, end = self._milliseconds(word.start), self._milliseconds(word.end)
        return {"word": word.text, "start_ms": start, "end_ms": end, "confidence": word.confidence}


def as_error(error: ServiceError, event_id: str | None = None, param: str | None = None) -> Mapping[str, Any]:
    """A failure as the events of OpenAI's Realtime API tell it."""
    kind = "invalid_request_error" if error.category.is_permanent else "server_error"
    message = f"{error.message}. {error.hint}" if error.hint else error.message
    return {"type": kind, "code": error.code, "message": message, "param": param, "event_id": event_id}


def _new_item() -> str:
    return f"item_{uuid4().hex[:20]}"


def _common(one: list[str], other: list[str]) -> list[str]:
    """The words with which both begin."""
    count = 0
    for count, (a, b) in enumerate(zip(one, other, strict=False), 1):
        if a != b:
            return one[: count - 1]
    return one[:count]
