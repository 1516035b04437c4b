"""Any recording as PCM16, mono, by ffmpeg."""

import io
from typing import BinaryIO

from tools.errors import InvalidInput
from tools.media.ffmpeg import read_ffmpeg
from tools.speech.recording import open_wav
from tools.storage.sniffing import HEAD, media_type
from tools.wav import wav

RATE = 16_000
SECONDS = 120.0  # that ffmpeg may take
MAX_PCM = 256 * 1024 * 1024  # bytes; 2.3 hours
#: ffmpeg's reader by the type that the first bytes tell: left to guess, it might read a playlist's files.
_READERS = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/vnd.wave": "wav",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "application/ogg": "ogg",
    "audio/flac": "flac",
    "video/webm": "matroska",
    "audio/webm": "matroska",
    "video/x-matroska": "matroska",
}


async def as_wav(data: bytes) -> BinaryIO:
    """A recording that ``open_wav`` takes.

    Raises:
        InvalidInput: It is of an unknown format, or damaged.
        ProcessFailed: ffmpeg is not installed.
    """
    try:
        with open_wav(io.BytesIO(data)):
            return io.BytesIO(data)
    except InvalidInput as refused:
        reader = _READERS.get(media_type(data[:HEAD], ""))
        if reader is None:
            raise InvalidInput(
                "audio: is no recording in a known format",
                hint="Send WAV, MP3, Ogg, FLAC or WebM.",
                code="unknown_audio",
            ) from refused
    args = ["-protocol_whitelist", "pipe", "-f", reader, "-i", "pipe:0"]
    args += ["-vn", "-ac", "1", "-ar", str(RATE), "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"]
    pcm = await read_ffmpeg(args, input=data, seconds=SECONDS, stdout_limit=MAX_PCM)
    return io.BytesIO(wav(pcm, RATE))
