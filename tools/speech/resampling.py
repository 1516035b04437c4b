"""Sound at another sample rate."""

import numpy as np


class Resampler:
    """Changes the rate of a stream of PCM16, mono, by linear interpolation, piece by piece.

    That is enough for speech, whose energy lies far below half of either rate; nothing is filtered before.
    """

    def __init__(self, from_rate: int, to_rate: int) -> None:
        self._step = from_rate / to_rate  # samples of the source for each one of the target
        self._next = 0.0  # where the next sample of the target lies, in samples of ``_kept`` and what comes
        self._kept = np.zeros(0, dtype=np.float32)

    def take(self, pcm: bytes) -> bytes:
        """The next piece, at the other rate; the pieces joined are the whole, at most a sample short."""
        if self._step == 1.0:
            return pcm
        source = np.concatenate([self._kept, np.frombuffer(pcm, dtype="<i2").astype(np.float32)])
        if len(source) < 2:
            self._kept = source
            return b""
        places = np.arange(self._next, len(source) - 1, self._step)
        samples = np.interp(places, np.arange(len(source)), source)
        self._next += len(places) * self._step
        drop = min(int(self._next), len(source) - 1)
        self._kept = source[drop:]
        self._next -= drop
        return np.round(samples).astype("<i2").tobytes()
