"""Sound on its way from a client: checked, placed on the session's clock, never heard twice."""

import base64
import binascii
from dataclasses import dataclass

from tools.errors import InputTooLarge, InvalidInput
from tools.speech.base import SAMPLE_BYTES, whole_samples

MAX_PIECE = 1024 * 1024  # bytes of one append, decoded; at 24 kHz 22 s
MAX_WAITING_SECONDS = 120.0  # of sound that the recogniser has not come to


def decoded(audio: object) -> bytes:
    """The samples of an append.

    Raises:
        InvalidInput: It is no base64, or no whole number of samples; InputTooLarge: it is too long.
    """
    if not isinstance(audio, str):
        raise InvalidInput("audio: must be base64 in a string", code="invalid_audio")
    if len(audio) > MAX_PIECE * 4 // 3 + 4:
        raise InputTooLarge(
            f"audio: {len(audio)} characters; a piece has at most {MAX_PIECE} bytes before base64",
            hint="Send pieces of 100 ms.",
            code="audio_too_large",
        )
    try:
        pcm = base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput(
            "audio: is no base64", hint="Encode PCM16 with the standard alphabet.", code="invalid_audio"
        ) from None
    return whole_samples(pcm)


@dataclass
class Intake:
    """How much of the sound has come, counted in samples since the session began."""

    received: int = 0

    def take(self, pcm: bytes, offset: int | None) -> bytes:
        """What of a piece is new.

        Args:
            offset: Where it begins; None: where the last one ended.

        Raises:
            InvalidInput: Sound before it is missing.
        """
        if offset is not None:
            if offset > self.received:
                raise InvalidInput(
                    f"offset: {offset} leaves a gap; {self.received} samples have come",
                    hint=f"Send again from sample {self.received} on.",
                    code="audio_gap",
                )
            pcm = pcm[(self.received - offset) * SAMPLE_BYTES :]
        self.received += len(pcm) // SAMPLE_BYTES
        return pcm
