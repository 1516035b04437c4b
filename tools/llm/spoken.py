"""Speech that came in pieces, as one sound."""

from tools.errors import ModelAnswerInvalid
from tools.llm.usage import Answered, Usage
from tools.wav import wav


def as_wav(samples: bytes, rate: int, usage: Usage) -> Answered[bytes]:
    """PCM16, mono, as a WAV file.

    Raises:
        ModelAnswerInvalid: Nothing was said, or half a sample.
    """
    if not samples or len(samples) % 2:
        raise ModelAnswerInvalid(f"the model's speech has {len(samples)} bytes, which are no samples")
    return Answered(value=wav(samples, rate), usage=usage)
