"""Sound at another sample rate."""


class Resampler:
    """Changes the rate of a stream of PCM16, mono, by linear interpolation, piece by piece.

    That is enough for speech, whose energy lies far below half of either rate; nothing is filtered before.
    """

    def __init__(self, from_rate: int, to_rate: int) -> None:
        self._step = from_rate / to_rate  # samples of the source for each one of the target
        self._next = 0.0  # where the next sample of the target lies, in samples of ``_kept`` and what comes
        self._kept = b""

    def take(self, pcm: bytes) -> bytes:
        """The next piece, at the other rate; the pieces joined are the whole, at most a sample short."""
        if self._step == 1.0:
            return pcm
        import numpy as np  # noqa: PLC0415 - a fifth of a second, which a server starts without

        pcm = self._kept + pcm
        source = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        if len(source) < 2:
            self._kept = pcm
            return b""
        places = np.arange(self._next, len(source) - 1, self._step)
        samples = np.interp(places, np.arange(len(source)), source)
        self._next += len(places) * self._step
        drop = min(int(self._next), len(source) - 1)
        self._kept = pcm[2 * drop :]
        self._next -= drop
        return np.round(samples).astype("<i2").tobytes()
