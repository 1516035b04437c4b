"""When a cue comes and goes so that it can be read: reading speed, durations, pauses.

Rules of Netflix's guides (Timed Text Style Guide, "Timing" and "Gaps"): a cue may stay a little longer than
its speech, and come a little earlier, to be read; two cues keep two frames apart; a pause too short to be
seen as one is closed. A longer pause is the film's, and is not touched beyond what a cue needs to be read.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tools.subtitles.cues import Cue
from tools.subtitles.file import Format
from tools.subtitles.markup import visible
from tools.subtitles.profiles import Profile

_LEAST = 200  # milliseconds; what stands for less is not seen


def fit_times(cues: Sequence[Cue], profile: Profile, format: Format, *, fps: float = 24.0) -> list[Cue]:
    """The cues, in their order, with times that keep to the profile wherever the film leaves room.

    Cues that start together (a sign above a dialogue, two who speak at once) keep their times: which of them
    should yield is not to be guessed. So does a cue that would be left shorter than 0.2 s.

    Args:
        fps: Frames a second, which gaps are counted in.
    """
    fitted = {cue.id: cue for cue in cues}
    starts = sorted({cue.start for cue in cues})
    following = dict(pairwise(starts))
    together = Counter(cue.start for cue in cues)
    occupied = 0  # until when earlier cues stand
    for cue in sorted(cues, key=lambda cue: (cue.start, cue.end)):
        if together[cue.start] == 1 and cue.duration > 0:
            room = _Room(occupied, following.get(cue.start))
            fitted[cue.id] = _fit(cue, room, profile, format, fps)
        occupied = max(occupied, fitted[cue.id].end)
    return [fitted[cue.id] for cue in cues]


@dataclass(frozen=True, slots=True)
class _Room:
    """Between which times a cue may stand."""

    after: int
    before: int | None  #: The next start; None for the last cue.


def _fit(cue: Cue, room: _Room, profile: Profile, format: Format, fps: float) -> Cue:
    gap = profile.gap_ms(fps)
    wanted = max(profile.min_ms, profile.reading_ms(visible(cue.text, format)))
    latest = cue.end + profile.extend_ms
    if room.before is not None:
        latest = min(latest, room.before - gap)
    end = max(min(cue.end, latest), min(cue.start + wanted, latest))
    if room.before is not None and 0 < room.before - end < profile.chain_ms(fps):
        end = room.before - gap
    end = min(end, cue.start + profile.max_ms)
    start = cue.start
    if end - start < wanted:
        earliest = max(start - profile.advance_ms, room.after + gap)
        start = min(start, max(earliest, end - wanted))
    return replace(cue, start=start, end=end) if end - start >= min(_LEAST, cue.duration) else cue
