"""Films to translate: gold sentences as cues, timed as people speak and as files come."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.subtitles.times import srt_clock

_LONGEST = 84  # characters of a source cue: two lines of 42
_WRITTEN = re.compile(r"[@#]\w|://|www\.|\n")  # handles, tags and addresses, which nobody says

_FRAME = 1000 / 24
_PAUSES = (0, 1, 5, 12, 24, 60)  # frames


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a film is spoken, and how well its file is made.

    Args:
        speed: Characters a second of the speech.
        careless: The share of cues with a fault: an end behind the next start, exchanged times, a flash.
    """

    name: str
    speed: float
    careless: float = 0.0


MANNERS = (
    Manner(name="calm", speed=13),
    Manner(name="fast", speed=18),
    Manner(name="careless file", speed=15, careless=0.2),
)


def is_speech(line: str) -> bool:
    """Whether a cue may say it."""
    return len(line) <= _LONGEST and not _WRITTEN.search(line) and any(map(str.isalpha, line))


def film(lines: Sequence[str], manner: Manner, seed: int) -> str:
    """An SRT file of these lines."""
    chance = random.Random(seed)  # noqa: S311 - the same film each time
    cues: list[str] = []
    at = 1000.0
    for number, line in enumerate(lines, 1):
        start, end = at, at + max(400.0, len(line) / manner.speed * 1000)
        at = end + chance.choice(_PAUSES) * _FRAME
        if chance.random() < manner.careless:
            start, end = _spoilt(chance.randrange(3), start, end, at)
        cues.append(f"{number}\n{srt_clock(round(start))} --> {srt_clock(round(end))}\n{line}\n")
    return "\n".join(cues)


def _spoilt(fault: int, start: float, end: float, following: float) -> tuple[float, float]:
    if fault == 0:
        return start, following + 300
    if fault == 1:
        return end, start
    return start, start + 150
