"""What a session says aloud, as pieces of PCM16."""

import base64
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass

from server.realtime.config import Config
from tools.speech.output import Speaker
from tools.speech.recording import open_wav
from tools.speech.resampling import Resampler

PIECE_SECONDS = 0.2


@dataclass
class Voice:
    """Speaks as the session's configuration says."""

    speaker: Speaker
    config: Config
    lead_seconds: float = 1.0  #: How far what is sent may be ahead of what is played.

    async def say(self, sentence: str) -> AsyncIterator[str]:
        """The sentence in pieces of PIECE_SECONDS, base64; raises what ``Speaker.say`` raises."""
        output = self.config.audio.output
        heard = self.config.audio.input.transcription
        sound = await self.speaker.say(
            sentence, voice=output.voice, language=heard.language if heard else None, speed=output.speed
        )
        rate = output.format.rate
        with open_wav(io.BytesIO(sound.data)) as recording:
            resampler = Resampler(recording.sample_rate, rate)
            pcm = b"".join(resampler.take(piece) for piece in recording.pieces())
        size = 2 * round(rate * PIECE_SECONDS)
        for start in range(0, len(pcm), size):
            yield base64.b64encode(pcm[start : start + size]).decode()
