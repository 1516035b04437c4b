"""Where an utterance ends in a stream of sound."""

import numpy as np

_LOUD = 500  # mean absolute amplitude of PCM16
_BYTES_PER_SAMPLE = 2


class VoiceActivity:
    """Tells the end of an utterance by the silence after it.

    Args:
        silence_ms: How much silence ends an utterance.
        rate: Samples per second of PCM16, mono.
    """

    def __init__(self, silence_ms: int, rate: int = 16_000) -> None:
        self._needed = silence_ms * rate * _BYTES_PER_SAMPLE // 1000
        self._silent = 0
        self.is_speaking = False  #: An utterance has begun and not ended.

    def take(self, sound: bytes) -> str | None:
        """ "started" or "stopped", when this sound starts or ends an utterance."""
        values = np.frombuffer(sound[: len(sound) // 2 * 2], "<i2").astype(np.float32)
        if values.size and float(np.abs(values).mean()) >= _LOUD:
            was_speaking, self.is_speaking, self._silent = self.is_speaking, True, 0
            return None if was_speaking else "started"
        self._silent += len(sound)
        if self.is_speaking and self._silent >= self._needed:
            self.is_speaking, self._silent = False, 0
            return "stopped"
        return None
