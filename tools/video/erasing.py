"""Taking subtitles out of the picture: which rectangles, when, and the filters of ffmpeg that do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from tools.media.probing import Film
from tools.video.captions import Box, Caption

Method = Literal["delogo", "blur", "box", "inpaint"]

_ROOM_MS = 120  # before and after: a picture that fades is not clean yet
_OVERLAP = 0.5  # of the smaller's height: boxes that share so much stand in the same place
_MOST_INTERVALS = 800  # in one expression; more are joined with their nearest neighbours


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """A rectangle and the times at which it is erased, in milliseconds."""

    box: Box
    intervals: tuple[tuple[int, int], ...]


def erasures_of(captions: Sequence[Caption], film: Film) -> list[Erasure]:
    """Rectangles that cover all captions: those in the same place share one."""
    groups: list[tuple[Box, list[tuple[int, int]]]] = []
    for caption in captions:
        interval = (max(0, caption.start - _ROOM_MS), min(film.duration_ms, caption.end + _ROOM_MS))
        for place, (box, intervals) in enumerate(groups):
            if _is_same_place(box, caption.box):
                groups[place] = (box.joined(caption.box), [*intervals, interval])
                break
        else:
            groups.append((caption.box, [interval]))
    return [Erasure(box=_inside(box, film), intervals=_joined(intervals)) for box, intervals in groups]


def filters(erasures: Sequence[Erasure], method: Method) -> list[str]:
    """Filters in a chain, one after the other; ``inpaint`` is none of them, but a picture of its own."""
    return [_filter(erasure, method, number) for number, erasure in enumerate(erasures)]


def enabled(erasure: Erasure) -> str:
    """The expression that is true at its times."""
    terms = "+".join(f"between(t,{start / 1000:.3f},{end / 1000:.3f})" for start, end in erasure.intervals)
    return f"enable='{terms}'"


def _filter(erasure: Erasure, method: Method, number: int) -> str:
    box, when = erasure.box, enabled(erasure)
    match method:
        case "delogo":
            return f"delogo=x={box.x}:y={box.y}:w={box.width}:h={box.height}:{when}"
        case "box":
            size = f"x={box.x}:y={box.y}:w={box.width}:h={box.height}"
            return f"drawbox={size}:color=black:t=fill:{when}"
        case "blur":
            part = f"crop={box.width}:{box.height}:{box.x}:{box.y}"
            sigma = max(4, box.height // 3)
            whole, cut, soft = (f"{name}{number}" for name in ("whole", "cut", "soft"))
            return (
                f"split[{whole}][{cut}];[{cut}]{part},gblur=sigma={sigma}:steps=3[{soft}];"
                f"[{whole}][{soft}]overlay=x={box.x}:y={box.y}:{when}"
            )
        case "inpaint":
            raise ValueError("inpainting is no filter")


def _is_same_place(one: Box, other: Box) -> bool:
    shared = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    beside = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    return beside > 0 and shared >= _OVERLAP * min(one.height, other.height)


def _inside(box: Box, film: Film) -> Box:
    """delogo fills from the pixels around, so one has to be left on each side."""
    x, y = max(1, box.x), max(1, box.y)
    right, bottom = min(film.width - 1, box.x + box.width), min(film.height - 1, box.y + box.height)
    return Box(x=x, y=y, width=max(1, right - x), height=max(1, bottom - y))


def _joined(intervals: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """In order, without overlaps, and no more than an expression holds."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    while len(merged) > _MOST_INTERVALS:
        gaps = [after[0] - before[1] for before, after in pairwise(merged)]
        place = gaps.index(min(gaps))
        merged[place : place + 2] = [(merged[place][0], merged[place + 1][1])]
    return tuple(merged)
