"""Subtitles that run beside their film, brought to it: offset, drift, frame rate, reference."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from tools.errors import InvalidInput
from tools.subtitles.cues import Cue

_RATES = (23.976, 24.0, 25.0, 29.97, 30.0, 50.0, 59.94, 60.0)  # what films and their subtitles are made in
_OFFSETS_MS = 60_000  # how far apart two files of one film may be
_STEP_MS = 100  # of the search for an offset
_NEAR_MS = 600  # how far a start may be from the reference's to be taken for the same
_LEAST_MATCHES = 0.4  # of the shorter file's cues


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A time becomes ``time * rate + offset``."""

    rate: float = 1.0
    offset: float = 0.0  #: Milliseconds.

    def apply(self, cues: Sequence[Cue]) -> list[Cue]:
        """The cues at their new times."""
        if self == Shift():
            return list(cues)
        return [replace(cue, start=self._moved(cue.start), end=self._moved(cue.end)) for cue in cues]

    def _moved(self, time: int) -> int:
        return round(time * self.rate + self.offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """A shift that was found, and how sure it is."""

    shift: Shift
    matched: int  #: Cues whose start then lies near one of the reference.
    of: int  #: The cues of the shorter file.
    median_error: float  #: Milliseconds, of the matched starts.


def two_points(first: tuple[int, int], second: tuple[int, int]) -> Shift:
    """The shift that brings two times to two others: (from, to) each, in milliseconds.

    Raises:
        InvalidInput: The two times are the same, or the order turns round.
    """
    if first[0] == second[0] or (first[0] < second[0]) != (first[1] < second[1]):
        raise InvalidInput(
            "two different times are needed, in the same order before and after",
            hint="Take one near the beginning and one near the end of the film.",
            code="invalid_shift",
        )
    rate = (second[1] - first[1]) / (second[0] - first[0])
    return Shift(rate=rate, offset=first[1] - first[0] * rate)


def frame_rate(made_for: float, played_at: float) -> Shift:
    """The shift for subtitles that were timed for another frame rate.

    Raises:
        InvalidInput: A rate that is not positive.
    """
    if made_for <= 0 or played_at <= 0:
        raise InvalidInput(
            "a frame rate has to be above 0", hint="Such as 23.976 or 25.", code="invalid_shift"
        )
    return Shift(rate=made_for / played_at)


def align(cues: Sequence[Cue], reference: Sequence[Cue]) -> Alignment:
    """The shift that brings cues to those of a reference, which may be in another language.

    Tried are the ratios of the usual frame rates; for each the offset at which most starts meet; the best is
    refined by the median of what the met starts are apart, and by their drift.

    Raises:
        InvalidInput: Too few starts meet, however the file is shifted: these are not of one film.
    """
    ours = sorted(cue.start for cue in cues)
    theirs = sorted(cue.start for cue in reference)
    ratios = sorted({made / played for made in _RATES for played in _RATES}, key=lambda ratio: abs(ratio - 1))
    best = max(
        (_meet(ours, theirs, ratio) for ratio in ratios), key=lambda found: found[0], default=(0, 1.0, 0.0)
    )
    shift = _refined(ours, theirs, Shift(rate=best[1], offset=best[2]))
    pairs = _pairs(ours, theirs, shift)
    of = min(len(ours), len(theirs))
    if not of or len(pairs) < _LEAST_MATCHES * of:
        raise InvalidInput(
            f"only {len(pairs)} of {of} cues meet one of the reference, however the file is shifted",
            hint="Give a reference of the same cut of the film.",
            code="not_alignable",
        )
    errors = [abs(theirs_at - (ours_at * shift.rate + shift.offset)) for ours_at, theirs_at in pairs]
    return Alignment(shift=shift, matched=len(pairs), of=of, median_error=median(errors))


def _meet(ours: list[int], theirs: list[int], ratio: float) -> tuple[int, float, float]:
    """How many starts meet at the best offset: the offsets between all pairs vote, in steps."""
    votes: dict[int, int] = {}
    for start in ours:
        moved = start * ratio
        low = bisect_left(theirs, moved - _OFFSETS_MS)
        for other in theirs[low : bisect_left(theirs, moved + _OFFSETS_MS)]:
            step = round((other - moved) / _STEP_MS)
            votes[step] = votes.get(step, 0) + 1
    if not votes:
        return 0, ratio, 0.0
    smooth = {step: votes.get(step - 1, 0) + count + votes.get(step + 1, 0) for step, count in votes.items()}
    step = max(smooth, key=lambda step: (smooth[step], -abs(step)))
    return smooth[step], ratio, float(step * _STEP_MS)


def _pairs(ours: list[int], theirs: list[int], shift: Shift) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for start in ours:
        moved = start * shift.rate + shift.offset
        at = bisect_left(theirs, moved)
        near = min(theirs[max(0, at - 1) : at + 1], key=lambda other: abs(other - moved), default=None)
        if near is not None and abs(near - moved) <= _NEAR_MS:
            pairs.append((start, near))
    return pairs


def _refined(ours: list[int], theirs: list[int], shift: Shift) -> Shift:
    """The same ratio with the median offset of what meets; so single outliers do not pull it."""
    pairs = _pairs(ours, theirs, shift)
    if not pairs:
        return shift
    return replace(shift, offset=median(other - start * shift.rate for start, other in pairs))
