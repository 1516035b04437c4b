"""What comes in a realtime conversation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from tools.errors import ModelUnavailable
from tools.llm.requests import decoded
from tools.llm.usage import Usage


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of the answer's words; with a voice, of what it says."""

    text: str
    is_of_an_answer: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Spoken:
    """A piece of the answer's speech: PCM16, mono."""

    samples: bytes
    is_of_an_answer: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the model understands of an utterance that goes on."""

    text: str
    is_of_an_answer: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What the model understood of an utterance."""

    text: str
    is_of_an_answer: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Somebody began to speak: what is being played is to stop."""

    is_of_an_answer: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """Somebody ended speaking; an answer follows."""

    is_of_an_answer: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class ResponseEnded:
    """An answer is over."""

    status: str  #: completed, cancelled, incomplete or failed.
    usage: Usage
    is_of_an_answer: ClassVar[bool] = True

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is missing."""
        return self.status == "completed"


RealtimeEvent = Written | Spoken | Hearing | Heard | Interrupted | TurnEnded | ResponseEnded


def read_event(event: Mapping[str, Any]) -> RealtimeEvent | None:
    """An event as the provider sends it; None for those that nobody needs.

    Raises:
        ModelUnavailable: It is not what its type promises.
    """
    match event:
        case {"type": "response.text.delta" | "response.audio_transcript.delta", "delta": str(text)}:
            return Written(text)
        case {"type": "response.audio.delta", "delta": str(data)}:
            return Spoken(decoded(data))
        case {"type": "conversation.item.input_audio_transcription.completed", "transcript": str(text)}:
            return Heard(text)
        case {"type": "conversation.item.input_audio_transcription.text", "text": str(text), **rest}:
            return Hearing(text + str(rest.get("stash") or ""))
        case {"type": "input_audio_buffer.speech_started"}:
            return Interrupted()
        case {"type": "input_audio_buffer.speech_stopped"}:
            return TurnEnded()
        case {"type": "response.done", "response": {"status": str(status), **rest}}:
            return ResponseEnded(status, _usage(rest.get("usage")))
        case {"type": "response.text.delta" | "response.audio.delta" | "response.done" as kind}:
            raise ModelUnavailable(f"the model sent an event {kind!r} that is malformed")
        case _:
            return None


def _usage(told: object) -> Usage:
    match told:
        case {"input_tokens": int(read), "output_tokens": int(written)}:
            return Usage(calls=1, input_tokens=read, output_tokens=written)
        case _:
            return Usage(calls=1)
