"""Speech that can be told apart by its length and its samples, without a voice."""

import base64
import io
import wave
from collections.abc import Iterator
from zlib import crc32

import numpy as np

from tools.wav import wav as with_header

RATE = 24_000  # samples per second, as Qwen's speech models give it
_SECONDS_PER_CHARACTER = 0.06
_PIECE_BYTES = 4_800  # 0.1 s


def samples(text: str, rate: int = RATE) -> bytes:
    """PCM16 mono: a tone as long as the text is, of a pitch that is the text's own."""
    count = max(1, int(len(text) * _SECONDS_PER_CHARACTER * rate))
    pitch = 110 + crc32(text.encode()) % 77_000 / 100  # Hz
    phase = np.arange(count) * (2 * np.pi * pitch / rate)
    return (np.sin(phase) * 8_000).astype("<i2").tobytes()


def wav(sound: bytes, rate: int = RATE) -> bytes:
    """The samples as a WAV file."""
    return with_header(sound, rate)


def samples_of(sound: bytes) -> bytes:
    """The samples in a WAV file; anything else is taken for samples."""
    if sound[:4] != b"RIFF":
        return sound
    with wave.open(io.BytesIO(sound), "rb") as file:
        return file.readframes(file.getnframes())


def pieces(sound: bytes) -> Iterator[bytes]:
    """The sound a tenth of a second at a time."""
    for at in range(0, len(sound), _PIECE_BYTES):
        yield sound[at : at + _PIECE_BYTES]


def base64_pieces(sound: bytes) -> Iterator[str]:
    """As ``pieces``, in base64."""
    for piece in pieces(sound):
        yield base64.b64encode(piece).decode()


def billed_characters(text: str) -> int:
    """As DashScope counts what it speaks: a Chinese character is two."""
    return sum(2 if "\u4e00" <= letter <= "\u9fff" else 1 for letter in text)


def seconds_of(sound: bytes) -> int:
    """How long a recording is, in whole seconds; without a header it is taken for 24 kHz."""
    if sound[:4] != b"RIFF":
        return max(1, len(sound) // (2 * RATE))
    with wave.open(io.BytesIO(sound), "rb") as file:
        return max(1, file.getnframes() // file.getframerate())
