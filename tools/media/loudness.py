"""How loud a sound is, and how it gets to a wanted loudness without being squeezed.

ITU-R BS.1770-4 as EBU R 128 has it: integrated loudness in LUFS, measured by ffmpeg's ebur128.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.errors import ProcessFailed
from tools.media.ffmpeg import Progress, run_ffmpeg

TARGET = -16.0  # LUFS; what players of audiobooks and podcasts expect of speech
_PEAK = 0.84  # of full scale, -1.5 dB: room for what a lossy codec adds
_CLOSE = 0.3  # LU; nobody hears less
_ROUNDS = 4
_QUIETEST = -70.0  # LUFS; below that ebur128 hears nothing
_INTEGRATED = re.compile(r"^\s+I:\s+(-?[\d.]+|-inf|nan) LUFS", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Levelling:
    """What makes a sound as loud as it should be."""

    gain_db: float
    measured: float  #: LUFS that it had.
    expected: float  #: LUFS that it will have.

    @property
    def filters(self) -> str:
        """For ffmpeg's ``-af``: the gain, and a limiter for the few peaks that it makes too high."""
        return f"volume={self.gain_db:.2f}dB,alimiter=limit={_PEAK}:attack=5:release=50:level=0"


async def measure(source: Sequence[str], *, filters: str = "", on_progress: Progress | None = None) -> float:
    """The integrated loudness of an input of ffmpeg, in LUFS.

    Raises:
        ProcessFailed: ffmpeg failed, or did not say.
    """
    chain = ",".join(filter(None, [filters, "ebur128=framelog=verbose"]))
    told = await run_ffmpeg(
        ["-loglevel", "info", *source, "-map", "0:a:0", "-af", chain, "-f", "null", "-"],
        on_progress=on_progress,
    )
    found = _INTEGRATED.findall(told)
    if not found:
        raise ProcessFailed("ffmpeg did not tell how loud the sound is", code="loudness_unknown")
    return float(found[-1]) if found[-1] not in ("-inf", "nan") else _QUIETEST


async def find_levelling(source: Sequence[str], *, on_progress: Progress | None = None) -> Levelling:
    """What brings an input to TARGET. Silence stays as it is.

    A limiter takes some of the gain away again, so the result is measured, and the gain corrected.
    """
    measured = await measure(source, on_progress=on_progress)
    if measured <= _QUIETEST:
        return Levelling(gain_db=0.0, measured=measured, expected=measured)
    found = Levelling(gain_db=TARGET - measured, measured=measured, expected=TARGET)
    for _ in range(_ROUNDS):
        reached = await measure(source, filters=found.filters, on_progress=on_progress)
        if abs(reached - TARGET) <= _CLOSE:
            return Levelling(gain_db=found.gain_db, measured=measured, expected=reached)
        found = Levelling(gain_db=found.gain_db + TARGET - reached, measured=measured, expected=reached)
    return found
