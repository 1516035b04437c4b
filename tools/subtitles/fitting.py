"""Translated cues brought to a profile: their times, and which words are too many for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from tools.subtitles.conflicts import mend_conflicts
from tools.subtitles.cues import Cue
from tools.subtitles.file import Format
from tools.subtitles.profiles import Profile
from tools.subtitles.seeing import see
from tools.subtitles.timing import fit_times

_FILLED = 0.9  # of its lines a text fills at most where each break is at a good place


def fit(cues: Sequence[Cue], profile: Profile, format: Format, *, fps: float) -> list[Cue]:
    """The cues at times in which they can be read, as far as the film leaves room."""
    return fit_times(mend_conflicts(cues, gap=profile.gap_ms(fps)), profile, format, fps=fps)


def too_long(cues: Sequence[Cue], profile: Profile, format: Format) -> dict[int, int]:
    """How many characters have room in the time and the lines of each cue that has more, by id."""
    limits: dict[int, int] = {}
    for cue in cues:
        sight = see(cue.text, profile, format)
        in_time = int(profile.cps * cue.duration / 1000)
        is_late = 0 < cue.duration < sight.reading_ms
        is_wide = sight.lines > profile.max_lines or sight.longest > profile.cpl
        if is_late or is_wide:
            in_lines = int(profile.max_lines * profile.cpl * _FILLED)
            limits[cue.id] = min(in_time, in_lines) if cue.duration > 0 else in_lines
    return limits


def stacked(
    cues: Sequence[Cue], sources: Mapping[int, str], translated: Collection[int], *, source_first: bool
) -> list[Cue]:
    """Both languages in each translated cue, one above the other."""
    return [
        replace(
            cue, text="\n".join([sources[cue.id], cue.text] if source_first else [cue.text, sources[cue.id]])
        )
        if cue.id in translated
        else cue
        for cue in cues
    ]
