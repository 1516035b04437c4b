"""Where speech begins and ends, by its loudness above the noise of the place.

A frame of 10 ms counts as speech when it is louder than the noise by a margin. The noise is estimated by
minimum statistics, after Martin, "Noise power spectral density estimation based on optimal smoothing and
minimum statistics" (2001): the quietest frames of the last seconds are noise, whatever was said between them.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

FRAME_MS = 10
QUIETEST_DB = -60.0  # of full scale; nothing below it is told from silence
WINDOW_FRAMES = 400  # 4 s in which there is a pause between words
ESTIMATE_FRAMES = 20  # after which the noise is estimated anew
NOISE_QUANTILE = 0.05  # of the frames in the window are quieter than what is taken for noise
GOES_ON = 0.4  # of the margin is enough where somebody speaks: words begin and end softly
ONSET_FRAMES = 4  # of the last 6 must be speech for it to begin: a click is shorter
ONSET_OF = 6
_FULL_SCALE = 32768.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDetection:
    """How turns are told; the names, units and defaults are those of OpenAI's ``server_vad``."""

    threshold: float = 0.5  #: From 0 to 1; the higher, the louder speech must be: 6 to 18 dB above the noise.
    prefix_padding_ms: int = 300  #: Sound before the beginning that belongs to the utterance.
    silence_duration_ms: int = 500  #: Of pause after which the speaker has ended.

    @property
    def margin_db(self) -> float:
        """How much louder than the noise speech is."""
        return 6.0 + 12.0 * self.threshold


@dataclass(frozen=True, slots=True)
class Boundary:
    """A place where speech begins or ends."""

    kind: Literal["started", "stopped"]
    at: float  #: Seconds since the stream began, where the speech itself begins or ends.
    known: float  #: Where in the stream that was clear: at an end, one pause later.


class TurnDetector:
    """Finds the boundaries in a stream of PCM16, mono."""

    def __init__(self, detection: TurnDetection, sample_rate: int) -> None:
        self._detection = detection
        self._frame = sample_rate * FRAME_MS // 1000  # samples
        self._rest = b""
        self._levels: deque[float] = deque(maxlen=WINDOW_FRAMES)
        self._recent: deque[bool] = deque(maxlen=ONSET_OF)
        self._noise = QUIETEST_DB
        self._unestimated = 0  # frames since the last estimate
        self._frames = 0  # so far
        self._last_voiced = 0  # frame
        self.is_speech = False  #: Whether somebody speaks.

    def take(self, pcm: bytes) -> list[Boundary]:
        """The boundaries that a piece of the stream has made clear, in order."""
        data = self._rest + pcm
        count = len(data) // (2 * self._frame)
        used = count * self._frame * 2
        self._rest = data[used:]
        if not count:
            return []
        levels = _loudness(data, count, self._frame)
        self._estimate_noise(levels)
        margin = self._detection.margin_db
        found: list[Boundary] = []
        for level in levels:
            self._frames += 1
            least = self._noise + (margin * GOES_ON if self.is_speech else margin)
            boundary = self._step(level > least)
            if boundary is not None:
                found.append(boundary)
        return found

    @property
    def last_voice(self) -> float:
        """Seconds since the stream began, where somebody was last heard."""
        return _seconds(self._last_voiced)

    def reset(self) -> None:
        """Nobody speaks; what is known of the noise is kept."""
        self.is_speech = False
        self._recent.clear()

    def _estimate_noise(self, levels: list[float]) -> None:
        self._levels.extend(levels)
        self._unestimated += len(levels)
        if self._unestimated < ESTIMATE_FRAMES and len(self._levels) > ESTIMATE_FRAMES:
            return
        self._unestimated = 0
        quiet = sorted(self._levels)[int(NOISE_QUANTILE * (len(self._levels) - 1))]
        self._noise = max(QUIETEST_DB, quiet)

    def _step(self, is_voiced: bool) -> Boundary | None:
        self._recent.append(is_voiced)
        if is_voiced:
            self._last_voiced = self._frames
        if not self.is_speech:
            if sum(self._recent) < ONSET_FRAMES:
                return None
            self.is_speech = True
            first = self._frames - len(self._recent) + self._recent.index(True)
            return Boundary("started", _seconds(first), _seconds(self._frames))
        if (self._frames - self._last_voiced) * FRAME_MS < self._detection.silence_duration_ms:
            return None
        self.reset()
        return Boundary("stopped", _seconds(self._last_voiced), _seconds(self._frames))


def _loudness(pcm: bytes, count: int, samples_each: int) -> list[float]:
    """How loud each frame is, in dB of full scale."""
    import numpy as np  # noqa: PLC0415 - a fifth of a second, which a server starts without

    samples = np.frombuffer(pcm, dtype="<i2", count=count * samples_each).reshape(count, samples_each)
    power = np.square(samples.astype(np.float32) / _FULL_SCALE).mean(axis=1)
    return (10.0 * np.log10(np.maximum(power, 1e-9))).tolist()


def _seconds(frames: int) -> float:
    return frames * FRAME_MS / 1000
