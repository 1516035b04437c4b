"""When a cue comes and goes so that it can be read: reading speed, durations, pauses.

Rules of Netflix's guides (Timed Text Style Guide, "Timing" and "Gaps"): a cue may stay a little longer than
its speech, and come a little earlier, to be read; two cues keep two frames apart; a pause too short to be
seen as one is closed. A longer pause is the film's, and is not touched beyond what a cue needs to be read.
Where there is no pause, a neighbour that stands longer than it needs gives way by a few frames.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tools.subtitles.cues import Cue
from tools.subtitles.file import Format
from tools.subtitles.profiles import Profile
from tools.subtitles.seeing import see

_LEAST = 200  # milliseconds; what stands for less is not seen


def fit_times(cues: Sequence[Cue], profile: Profile, format: Format, *, fps: float = 24.0) -> list[Cue]:
    """The cues, in their order, with times that keep to the profile wherever the film leaves room.

    Cues that start together (a sign above a dialogue, two who speak at once) keep their times: which of them
    should yield is not to be guessed. So does a cue that would be left shorter than 0.2 s.

    Args:
        fps: Frames a second, which gaps are counted in.
    """
    fitted = {cue.id: cue for cue in cues}
    wanted = {cue.id: _wanted(cue, profile, format) for cue in cues}
    ordered = sorted(cues, key=lambda cue: (cue.start, cue.end))
    following = dict(pairwise(sorted({cue.start for cue in cues})))
    together = Counter(cue.start for cue in cues)
    movable = {cue.id for cue in cues if together[cue.start] == 1 and cue.duration > 0}
    occupied = 0  # until when earlier cues stand
    for cue in ordered:
        if cue.id in movable:
            room = _Room(occupied, following.get(cue.start))
            fitted[cue.id] = _fit(cue, room, profile, wanted[cue.id], fps)
        occupied = max(occupied, fitted[cue.id].end)
    occupied = 0
    for at, (cue, other) in enumerate(pairwise(ordered), 2):
        if {cue.id, other.id} <= movable and occupied <= fitted[cue.id].start:
            latest = other.start + profile.yield_ms
            if at < len(ordered):
                latest = min(latest, ordered[at].start - 1)  # the order stays
            _share_time(
                fitted, (cue, other), wanted, (other.start - profile.yield_ms, latest), profile.gap_ms(fps)
            )
        occupied = max(occupied, fitted[cue.id].end)
    return [fitted[cue.id] for cue in cues]


@dataclass(frozen=True, slots=True)
class _Room:
    """Between which times a cue may stand."""

    after: int
    before: int | None  #: The next start; None for the last cue.


def _wanted(cue: Cue, profile: Profile, format: Format) -> int:
    return max(profile.min_ms, see(cue.text, profile, format).reading_ms)


def _fit(cue: Cue, room: _Room, profile: Profile, wanted: int, fps: float) -> Cue:
    gap = profile.gap_ms(fps)
    latest = max(cue.end + profile.extend_ms, cue.start + profile.min_ms)
    if room.before is not None:
        latest = min(latest, room.before - gap)
    end = max(min(cue.end, latest), min(cue.start + wanted, latest))
    if room.before is not None and 0 < room.before - end < profile.chain_ms(fps):
        end = room.before - gap
    end = min(end, cue.start + profile.max_ms)
    start = cue.start
    for reach, needed in ((profile.advance_ms, wanted), (profile.yield_ms, profile.min_ms)):
        if end - start < needed:
            earliest = max(cue.start - reach, room.after + gap)
            start = min(start, max(earliest, end - needed))
    if (start, end) == (cue.start, cue.end) or end - start < min(_LEAST, cue.duration):
        return cue
    return replace(cue, start=start, end=end)


def _share_time(
    fitted: dict[int, Cue], pair: tuple[Cue, Cue], wanted: dict[int, int], reach: tuple[int, int], gap: int
) -> None:
    """Move the boundary of two cues that stand close, from the one that lacks time to one that has more.

    Args:
        reach: The earliest and latest start of the second one.
    """
    cue, following = (fitted[cue.id] for cue in pair)
    if not 0 <= following.start - cue.end <= gap:
        return  # a pause, or an overlap that stays
    lacks = wanted[cue.id] - cue.duration
    lacks_too = wanted[following.id] - following.duration
    if lacks > 0:
        moved = max(0, min(lacks, -lacks_too, reach[1] - following.start))
    else:
        moved = -max(0, min(lacks_too, -lacks, following.start - reach[0]))
    if not moved:
        return
    fitted[cue.id] = replace(cue, end=cue.end + moved)
    fitted[following.id] = replace(following, start=following.start + moved)
