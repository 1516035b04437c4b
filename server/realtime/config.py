"""How a session is held: what ``session.update`` changes, and what ``session.created`` tells.

The fields are those of OpenAI's Realtime API (general availability); ``dialogue`` is ours. What that API
has beside them and this service does not do is named in an error when it is set, and the rest is applied.
"""

from collections.abc import Mapping
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from tools.speech.base import SAMPLE_RATES, HearingOptions
from tools.speech.vad import TurnDetection

DEFAULT_RATE = 24_000  # samples per second, as that API has it
Speaker = Literal["partner", "me"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AudioFormat(_Part):
    """PCM16, little-endian, mono; 24,000 samples a second, or any other of SAMPLE_RATES as an extension."""

    type: Literal["audio/pcm"] = "audio/pcm"
    rate: int = DEFAULT_RATE


class Transcription(_Part):
    """What is heard."""

    model: str | None = Field(default=None, max_length=200, description="Ignored: the server has one.")
    language: str | None = Field(default=None, max_length=20)
    prompt: str | None = Field(
        default=None, max_length=2000, description="Words and phrases that are likely, comma-separated."
    )


class ServerVad(_Part):
    """Turns are found by loudness."""

    type: Literal["server_vad"] = "server_vad"
    threshold: float = Field(default=0.5, ge=0, le=1)
    prefix_padding_ms: int = Field(default=300, ge=0, le=5000)
    silence_duration_ms: int = Field(default=500, ge=100, le=10_000)
    create_response: bool = Field(default=True, description="Suggest replies when the partner has ended.")
    interrupt_response: bool = Field(default=True, description="End what is under way when somebody speaks.")
    idle_timeout_ms: None = None


class AudioInput(_Part):
    """The microphone."""

    format: AudioFormat = AudioFormat()
    transcription: Transcription | None = Transcription()
    turn_detection: ServerVad | None = ServerVad()
    noise_reduction: None = None
    speaker: Speaker = Field(default="partner", description="Whose voice it hears: an extension.")
    grammar: list[str] = Field(
        default=[], max_length=1000, description="Understand nothing else; empty: everything. An extension."
    )


class AudioOutput(_Part):
    """The loudspeaker."""

    format: AudioFormat = AudioFormat()
    voice: str | None = Field(default=None, max_length=100)
    speed: float = Field(default=1.0, ge=0.5, le=2.5)


class Audio(_Part):
    """Both."""

    input: AudioInput = AudioInput()
    output: AudioOutput = AudioOutput()


class Config(_Part):
    """A session's configuration."""

    output_modalities: list[Literal["text", "audio"]] = Field(default=["text"], min_length=1, max_length=1)
    audio: Audio = Audio()

    @property
    def speaks(self) -> bool:
        """Whether what was chosen is spoken."""
        return "audio" in self.output_modalities

    @property
    def turns(self) -> TurnDetection | None:
        """How the turns are told."""
        told = self.audio.input.turn_detection
        if told is None:
            return None
        return TurnDetection(
            threshold=told.threshold,
            prefix_padding_ms=told.prefix_padding_ms,
            silence_duration_ms=told.silence_duration_ms,
        )

    @property
    def hearing(self) -> HearingOptions:
        """What the recogniser is told; raises InvalidInput for a rate that there is not."""
        heard = self.audio.input.transcription or Transcription()
        hints = tuple(part.strip() for part in (heard.prompt or "").split(",") if part.strip())
        return HearingOptions(
            sample_rate=self.audio.input.format.rate,
            language=heard.language,
            grammar=tuple(self.audio.input.grammar),
            hints=hints,
        )

    def told(self, session_id: str, engine: str) -> dict[str, Any]:
        """The configuration as events tell it."""
        return {
            "type": "realtime",
            "object": "realtime.session",
            "id": session_id,
            "model": engine,
            **self.model_dump(mode="json"),
        }


#: Fields of OpenAI's sessions that change nothing here.
UNSUPPORTED = frozenset(
    (
        *("instructions", "tools", "tool_choice", "max_output_tokens", "tracing", "prompt", "truncation"),
        *("include", "parallel_tool_calls", "reasoning"),
    )
)
_NEVER_SAID = frozenset(("type", "object", "id", "model", "expires_at"))


def merged(config: Config, change: Mapping[str, Any]) -> tuple[Config, list[str]]:
    """A configuration with these fields changed, and those that are not supported.

    Raises:
        ValidationError: A field is unknown, or its value not allowed.
    """
    known = {name: value for name, value in change.items() if name not in UNSUPPORTED | _NEVER_SAID}
    refused = [name for name in change if name in UNSUPPORTED and change[name] not in (None, [], "", "auto")]
    return Config.model_validate(_laid_over(config.model_dump(), known)), refused


def _laid_over(old: Any, new: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = dict(old or {})
    for name, value in new.items():
        below = result.get(name)
        if isinstance(value, Mapping) and isinstance(below, dict):
            value = _laid_over(below, cast("Mapping[str, Any]", value))
        result[name] = value
    return result


assert DEFAULT_RATE in SAMPLE_RATES  # noqa: S101 - told to clients that do not say theirs
