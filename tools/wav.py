"""PCM16 in a WAV file."""

import io
import wave


def wav(pcm: bytes, sample_rate: int) -> bytes:
    """Samples, mono, with a WAV header."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(pcm)
    return out.getvalue()
