"""Cues that stand in each other's way, and how that is mended without destroying a pause."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from tools.subtitles.cues import Cue

Kind = Literal["overlap", "backwards", "before_zero", "same_words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """What is wrong between a cue and the next one, or with a cue's own times."""

    kind: Kind
    cue: int  #: Its id.
    other: int | None = None  #: The next one's, in the order of the starts.
    milliseconds: int = 0  #: How long they overlap, or how far a time is off.


def find_conflicts(cues: Sequence[Cue]) -> list[Conflict]:
    """Overlaps, ends before starts, times before the film, and the same words twice at one time."""
    conflicts = [conflict for cue in cues for conflict in _own(cue)]
    ordered = sorted(cues, key=lambda cue: (cue.start, cue.end, cue.id))
    for cue, following in pairwise(ordered):
        apart = following.start - cue.end
        if apart < 0 <= cue.duration:
            same = cue.text == following.text
            kind: Kind = "same_words" if same else "overlap"
            conflicts.append(Conflict(kind=kind, cue=cue.id, other=following.id, milliseconds=-apart))
    return conflicts


def mend_conflicts(cues: Sequence[Cue], *, gap: int = 0, least: int = 200) -> list[Cue]:
    """The cues with overlaps cut at the next start, in their own order; none is dropped, no pause is closed.

    Two cues that start together, or would be left shorter than ``least``, stay as they are: they are meant to
    stand together, or which should yield is for a person to say. ``find_conflicts`` still names them.

    Args:
        gap: Milliseconds to leave before the next start.
        least: Milliseconds that a cut cue has to keep.
    """
    mended = {cue.id: _set_right(cue) for cue in cues}
    ordered = sorted(mended.values(), key=lambda cue: (cue.start, cue.end, cue.id))
    for cue, following in pairwise(ordered):
        end = following.start - gap
        if following.start < cue.end and end - cue.start >= least:
            mended[cue.id] = replace(cue, end=end)
    return [mended[cue.id] for cue in cues]


def _own(cue: Cue) -> list[Conflict]:
    found: list[Conflict] = []
    if cue.end < cue.start:
        found.append(Conflict(kind="backwards", cue=cue.id, milliseconds=cue.start - cue.end))
    if cue.start < 0:
        found.append(Conflict(kind="before_zero", cue=cue.id, milliseconds=-cue.start))
    return found


def _set_right(cue: Cue) -> Cue:
    """Times exchanged where they were, and none before the film."""
    if 0 <= cue.start <= cue.end:
        return cue
    start, end = sorted((cue.start, cue.end))
    return replace(cue, start=max(0, start), end=max(0, end))
