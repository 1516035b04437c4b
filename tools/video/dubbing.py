"""A voice that speaks the translation: what is said when, how fast, and how the original gives way."""

import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.media.ffmpeg import read_ffmpeg, run_ffmpeg
from tools.subtitles.cues import Cue

RATE = 24_000  # samples a second
_PAUSE_MS = 60  # between two lines, at least
_FADE_MS = 150  # in which the original gives way, and comes back
_MOST_BYTES = 64 * 1024 * 1024  # of one line
_UNTIL_HURRIED = 1.02
_UNTIL_LATE_MS = 40

Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """How far speech may be stretched."""

    fastest: float = 1.4
    slowest: float = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a line is spoken. Times are milliseconds."""

    cue: int
    start: int
    end: int
    tempo: float  #: 1 is as it was spoken, 2 twice as fast.
    wanted: int  #: Where its cue begins.

    @property
    def is_hurried(self) -> bool:
        """Whether it is audibly faster."""
        return self.tempo > _UNTIL_HURRIED

    @property
    def is_late(self) -> bool:
        """Whether the line before took its time."""
        return self.start - self.wanted > _UNTIL_LATE_MS


def place(cues: Sequence[Cue], lengths: Sequence[int], tempo: Tempo, *, end: int) -> list[Placement]:
    """When each line is spoken, and how fast.

    A line has its cue's time, and then the pause after it. One that does not fit at the fastest tempo goes on
    into the next cue, which then is late; nothing is cut off, but by the film's end.

    Args:
        cues: In order of time.
        lengths: Milliseconds that each line takes at its own tempo.
        end: Of the film.
    """
    placements: list[Placement] = []
    free = 0
    for number, (cue, length) in enumerate(zip(cues, lengths, strict=True)):
        start = max(cue.start, free)
        following = cues[number + 1].start if number + 1 < len(cues) else end
        room = max(1, max(cue.end, following - _PAUSE_MS) - start)
        own = max(1, cue.end - start)
        rate = max(length / own, tempo.slowest) if length <= own else max(1.0, length / room)
        rate = min(rate, tempo.fastest)
        ends = start + round(length / rate)
        placements.append(Placement(cue=cue.id, start=start, end=ends, tempo=rate, wanted=cue.start))
        free = ends + _PAUSE_MS
    return placements


async def samples_of(sound: bytes, folder: Path, *, tempo: float = 1.0) -> Samples:
    """A recording as samples of RATE, mono, without the silence around it, at another tempo.

    Args:
        sound: A WAV file, from a speaker.
    """
    path = folder / "line.wav"
    path.write_bytes(sound)
    quiet = "silenceremove=start_periods=1:start_threshold=-50dB"
    chain = [quiet, "areverse", quiet, "areverse"]
    if abs(tempo - 1) > 0.005:
        chain.append(f"atempo={tempo:.4f}")
    form = ["-af", ",".join(chain), "-ac", "1", "-ar", str(RATE), "-f", "s16le", "pipe:1"]
    source = ["-protocol_whitelist", "file,pipe", "-f", "wav", "-i", f"file:{path}"]
    return np.frombuffer(await read_ffmpeg([*source, *form], stdout_limit=_MOST_BYTES), np.int16)


@dataclass(slots=True, kw_only=True)
class Track:
    """Writes the voice, and beside it how loud the original may be, as two WAV files of the film's length.

    Args:
        voice: Where the voice is written.
        room: Where the loudness of the original is written: full scale is as it was.
        original_db: Of the original under the voice.
        end: Of the film, in milliseconds.
    """

    voice: Path
    room: Path
    original_db: float
    end: int
    _voice: wave.Wave_write = field(init=False)
    _room: wave.Wave_write = field(init=False)
    _at: int = field(init=False, default=0)  # samples

    def __post_init__(self) -> None:
        self._voice, self._room = _open(self.voice), _open(self.room)

    def add(self, start: int, samples: Samples) -> None:
        """Speak at a time; lines come in order and do not overlap."""
        first, most = _samples(start), _samples(self.end)
        self._silence(first)
        spoken = samples[: max(0, most - self._at)]
        self._voice.writeframes(spoken.astype("<i2").tobytes())
        self._room.writeframes(self._ducked(len(spoken)).astype("<i2").tobytes())
        self._at += len(spoken)

    def close(self) -> None:
        """Fill up to the film's end."""
        self._silence(_samples(self.end))
        self._voice.close()
        self._room.close()

    def _silence(self, until: int) -> None:
        while self._at < until:
            count = min(until - self._at, RATE)
            self._voice.writeframes(bytes(2 * count))
            self._room.writeframes(np.full(count, 32767, "<i2").tobytes())
            self._at += count

    def _ducked(self, count: int) -> NDArray[np.float64]:
        low = 10 ** (self.original_db / 20)
        fade = min(_samples(_FADE_MS), count // 2)
        level = np.full(count, low)
        level[:fade] = np.linspace(1, low, fade)
        level[count - fade :] = np.linspace(low, 1, fade)
        return level * 32767


async def mix(film_sound: Path | None, track: Track, into: Path) -> None:
    """The voice over the original, as stereo at 48 kHz.

    Args:
        film_sound: The original as WAV; None when the film has none.
    """
    form = "aresample=48000,aformat=sample_fmts=fltp:channel_layouts=stereo"
    if film_sound is None:
        inputs, graph = [track.voice], f"[0:a]{form}[out]"
    else:
        inputs = [film_sound, track.room, track.voice]
        graph = (
            f"[0:a]{form}[film];[1:a]{form}[room];[2:a]{form}[voice];[film][room]amultiply[low];"
            "[low][voice]amix=inputs=2:duration=longest:normalize=0,alimiter=limit=0.95:level=0[out]"
        )
    read = [
        arg
        for path in inputs
        for arg in ("-protocol_whitelist", "file,pipe", "-f", "wav", "-i", f"file:{path}")
    ]
    await run_ffmpeg(
        [*read, "-filter_complex", graph, "-map", "[out]", "-c:a", "pcm_s16le", "-f", "wav", into]
    )


def _open(path: Path) -> wave.Wave_write:
    file = wave.open(str(path), "wb")  # noqa: SIM115 - Track closes it
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(RATE)
    return file


def _samples(ms: int) -> int:
    return ms * RATE // 1000
