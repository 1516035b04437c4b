"""Finding letters that are part of the picture: where in it, and from when to when.

Letters of subtitles are light strokes beside something dark (a rim, a box, the film). In the picture of one
moment much else looks so. But subtitles stand still for a while in the same rows, time and again, and then
change at once; the film behind them moves, and signs of a broadcaster never change. Pure functions on grey
pictures; tools/video/looking.py fetches those from a film.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Pictures = NDArray[np.uint8]
"""Grey pictures: time, row, column."""

Counts = NDArray[np.int32]
"""How often something was seen at each place: row, column."""

Masks = NDArray[np.bool_]
"""Where strokes are: time, row, column."""

_LIGHT = 140
_CONTRAST = 60
_ALWAYS = 0.8  # of the time: what is lit longer is no subtitle
_BAND = 0.3  # of the strongest row: weaker rows are no part of a band of text
_WEAKER_BAND = 0.35  # of the strongest band: weaker ones are no subtitles
_COLUMN = 0.04  # of the strongest column
_LEAST_STROKES = 0.004  # of a region: fewer are no text
_SAME = 0.55  # of strokes in common: fewer make another text
_SHORTEST_MS = 250  # no text is read in less


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle, in pixels."""

    x: int
    y: int
    width: int
    height: int

    def grown(self, by: int, width: int, height: int) -> "Box":
        """Larger by so much on each side, inside a picture of this size."""
        left, top = max(0, self.x - by), max(0, self.y - by)
        right, bottom = min(width, self.x + self.width + by), min(height, self.y + self.height + by)
        return Box(x=left, y=top, width=right - left, height=bottom - top)

    def scaled(self, factor: float) -> "Box":
        """In a picture that is larger by this factor; outward, so that nothing is lost."""
        left, top = int(self.x * factor), int(self.y * factor)
        right = int(np.ceil((self.x + self.width) * factor))
        bottom = int(np.ceil((self.y + self.height) * factor))
        return Box(x=left, y=top, width=right - left, height=bottom - top)

    def moved(self, x: int, y: int) -> "Box":
        """Shifted."""
        return replace(self, x=self.x + x, y=self.y + y)

    def joined(self, other: "Box") -> "Box":
        """The smallest box around both."""
        left, top = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.width, other.x + other.width)
        bottom = max(self.y + self.height, other.y + other.height)
        return Box(x=left, y=top, width=right - left, height=bottom - top)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """A text that stands still. Times are milliseconds."""

    start: int
    end: int
    box: Box


def strokes(pictures: Pictures, *, light: int = _LIGHT, contrast: int = _CONTRAST) -> Masks:
    """Light strokes beside something dark.

    Args:
        light: Of 255: darker is no letter.
        contrast: By which a stroke outshines the darkest point two pixels around.
    """
    darkest = _least(_least(pictures, 1), 2)
    return (pictures >= light) & (pictures.astype(np.int16) - darkest >= contrast)


def _least(pictures: Pictures, axis: int) -> Pictures:
    """The least value among five neighbours along an axis."""
    found = pictures.copy()
    length = pictures.shape[axis]
    for shift in (1, 2):
        if length <= shift:
            break
        near = [slice(None)] * 3
        far = [slice(None)] * 3
        near[axis], far[axis] = slice(None, -shift), slice(shift, None)
        np.minimum(found[tuple(near)], pictures[tuple(far)], out=found[tuple(near)])
        np.minimum(found[tuple(far)], pictures[tuple(near)], out=found[tuple(far)])
    return found


class RegionFinder:
    """Finds the rows and columns in which subtitles stand; is fed pictures half a second apart."""

    def __init__(self) -> None:
        self._seen: _Seen | None = None

    def feed(self, pictures: Pictures) -> None:
        """Look at the next pictures."""
        for mask in strokes(pictures):
            if self._seen is None:
                self._seen = _Seen(mask)
            else:
                self._seen.add(mask)

    def regions(self) -> list[Box]:
        """Where subtitles stand, the strongest first; none when there are none."""
        if self._seen is None:
            return []
        weight = self._seen.weight()
        rows = weight.sum(axis=1)
        bands = [_Band(start, end, float(rows[start:end].sum())) for start, end in _runs(rows, _BAND)]
        bands = _merge_lines(bands)
        strongest = max((band.weight for band in bands), default=0.0)
        kept = [band for band in bands if band.weight >= _WEAKER_BAND * strongest and band.height >= 3]
        kept.sort(key=lambda band: -band.weight)
        return [box for band in kept if (box := _box_of(band, weight)) is not None]


class _Seen:
    """How long strokes stood at each place, and how often they came."""

    def __init__(self, first: Masks) -> None:
        self._lit: Counts = np.zeros(first.shape, np.int32)
        self._came: Counts = np.zeros(first.shape, np.int32)
        self._last: Masks = first
        self._stood: Masks = np.zeros_like(first)
        self._count = 0

    def add(self, mask: Masks) -> None:
        stands = mask & self._last
        self._lit = self._lit + stands
        self._came = self._came + (stands & ~self._stood)
        self._last, self._stood = mask, stands
        self._count += 1

    def weight(self) -> NDArray[np.float64]:
        is_text = (self._came > 0) & (self._lit < _ALWAYS * self._count)
        return np.where(is_text, self._lit, 0).astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Band:
    start: int
    end: int
    weight: float

    @property
    def height(self) -> int:
        return self.end - self.start


def _runs(values: NDArray[np.float64], share: float) -> list[tuple[int, int]]:
    """Stretches of values above a share of the largest."""
    if values.size == 0 or values.max() <= 0:
        return []
    above = np.concatenate([[False], values >= share * values.max(), [False]])
    edges = np.flatnonzero(above[1:] != above[:-1])
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _merge_lines(bands: Sequence[_Band]) -> list[_Band]:
    """Two lines of a subtitle are one band: what parts them is no higher than they are."""
    merged: list[_Band] = []
    for band in bands:
        last = merged[-1] if merged else None
        if last is not None and band.start - last.end <= max(band.height, last.height):
            merged[-1] = _Band(last.start, band.end, last.weight + band.weight)
        else:
            merged.append(band)
    return merged


def _box_of(band: _Band, weight: NDArray[np.float64]) -> Box | None:
    runs = _runs(weight[band.start : band.end].sum(axis=0), _COLUMN)
    if not runs:
        return None
    left, right = runs[0][0], runs[-1][1]
    return Box(x=left, y=band.start, width=right - left, height=band.end - band.start)


class CaptionFollower:
    """Tells from when to when each text stands in a region; is fed every picture of it, in order.

    Args:
        fps: Pictures a second.
    """

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._at = 0  # pictures seen
        self._last: Masks | None = None
        self._open: _Standing | None = None
        self._found: list[Caption] = []

    def feed(self, pictures: Pictures) -> None:
        """Look at the next pictures."""
        for mask in strokes(pictures):
            stands = mask if self._last is None else mask & self._last
            self._last = mask
            self._take(stands)
            self._at += 1

    def finish(self) -> list[Caption]:
        """All texts, in order."""
        self._close()
        return _absorb_flickers(self._found)

    def _take(self, mask: Masks) -> None:
        is_text = mask.sum() >= max(8, _LEAST_STROKES * mask.size)
        if self._open is not None and (not is_text or not self._open.is_same(mask)):
            self._close()
        if not is_text:
            return
        if self._open is None:
            self._open = _Standing(self._at, mask)
        else:
            self._open.add(mask)

    def _close(self) -> None:
        standing, self._open = self._open, None
        if standing is None:
            return
        box = standing.box()
        if box is not None:
            # A stroke counts when it stands in two pictures, so a text is seen one picture late.
            start = max(0, standing.start - 1) if standing.start else 0
            self._found.append(Caption(start=self._ms(start), end=self._ms(self._at), box=box))

    def _ms(self, picture: int) -> int:
        return round(picture * 1000 / self._fps)


class _Standing:
    """A text that stands in the region now."""

    def __init__(self, start: int, mask: Masks) -> None:
        self.start = start
        self._sum = mask.astype(np.int32)
        self._count = 1

    def is_same(self, mask: Masks) -> bool:
        own = self._sum * 2 > self._count
        return int((mask & own).sum()) >= _SAME * max(int(mask.sum()), int(own.sum()))

    def add(self, mask: Masks) -> None:
        self._sum += mask
        self._count += 1

    def box(self) -> Box | None:
        """Around the strokes that stood most of the time."""
        own = self._sum * 2 > self._count
        rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
        if not rows.size:
            return None
        left, top = int(columns[0]), int(rows[0])
        return Box(x=left, y=top, width=int(columns[-1]) + 1 - left, height=int(rows[-1]) + 1 - top)


def _absorb_flickers(captions: Sequence[Caption]) -> list[Caption]:
    """What stands too shortly to be read is a text that fades in or out; it belongs to its neighbour."""
    kept: list[Caption] = []
    pending: Caption | None = None
    for caption in captions:
        is_short = caption.end - caption.start < _SHORTEST_MS
        if is_short and kept and kept[-1].end >= caption.start:
            kept[-1] = replace(kept[-1], end=caption.end)
        elif is_short:
            pending = caption
        else:
            is_next = pending is not None and pending.end >= caption.start
            if kept and kept[-1].end > caption.start:  # it was told apart one picture late
                kept[-1] = replace(kept[-1], end=caption.start)
            kept.append(replace(caption, start=pending.start) if pending and is_next else caption)
            pending = None
    return kept
