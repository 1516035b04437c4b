"""A line's sound: its samples in one form, without the silence around them, as loud as its neighbours."""

import hashlib
import io
import json
import wave
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from tools.audiobook.timeline import RATE
from tools.errors import ModelAnswerInvalid
from tools.speech.resampling import Resampler
from tools.wav import wav

Samples = NDArray[np.int16]

_SILENCE = 10 ** (-50 / 20)  # of full scale; quieter than that is no speech
_FRAME = RATE // 100  # 10 ms
_KEPT = 2 * _FRAME  # of the silence around the words, so that nothing is clipped
_LEVEL = 10 ** (-23 / 20)  # root mean square of what is spoken; leaves 23 dB for peaks
_PEAK = 0.97  # of full scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """All that a line's sound depends on."""

    text: str
    voice: str  #: With its pitch.
    language: str
    speed: float
    pitch: float
    instruction: str
    engine: str  #: Who speaks: a speaker's name, and its model.
    take: int = 0  #: Which attempt; a person may want another one.

    @property
    def key(self) -> str:
        """The same for the same sound."""
        told = json.dumps(asdict(self), ensure_ascii=True, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:40]


def trimmed(data: bytes) -> Samples:
    """A speaker's WAV file as samples of RATE, mono, without the silence around the words.

    Raises:
        ModelAnswerInvalid: It is no PCM16 WAV file.
    """
    try:
        with wave.open(io.BytesIO(data)) as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ModelAnswerInvalid(f"the speech is no WAV file: {error}") from error
    if width != 2 or channels not in (1, 2):
        raise ModelAnswerInvalid(
            f"the speech has {8 * width} bits and {channels} channels, not 16 and 1 or 2"
        )
    found = np.frombuffer(frames[: len(frames) // (2 * channels) * 2 * channels], "<i2")
    mono = found.reshape(-1, channels).astype(np.int32).mean(axis=1).astype("<i2") if channels > 1 else found
    return _without_silence(np.frombuffer(Resampler(rate, RATE).take(mono.tobytes()), "<i2"))


def _without_silence(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > _SILENCE * 32767)
    if not len(loud):
        return samples[:0]
    return samples[max(0, int(loud[0]) - _KEPT) : int(loud[-1]) + _KEPT]


def levelled(samples: Samples, gain_db: float) -> Samples:
    """The samples as loud as every line's, and by a gain louder or softer than that; never clipped."""
    if not len(samples):
        return samples
    scaled = samples.astype(np.float64) / 32767
    squares = scaled[: len(scaled) // _FRAME * _FRAME].reshape(-1, _FRAME) ** 2
    frames = squares.mean(axis=1) if len(squares) else np.array([np.mean(scaled**2)])
    spoken = frames[frames > _SILENCE**2]
    if not len(spoken):
        return samples
    gain = _LEVEL / float(np.sqrt(spoken.mean())) * 10 ** (gain_db / 20)
    gain = min(gain, _PEAK / float(np.abs(scaled).max()))
    return np.round(scaled * gain * 32767).astype(np.int16)


def as_wav(samples: Samples) -> bytes:
    """As a WAV file."""
    return wav(samples.astype("<i2").tobytes(), RATE)


def from_wav(data: bytes) -> Samples:
    """The samples of such a file."""
    return np.frombuffer(data[44:], "<i2")


def samples_in(size: int) -> int:
    """How many samples a file of ours of so many bytes holds."""
    return max(0, size - 44) // 2
