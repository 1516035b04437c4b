"""Lines of print on a page, in the order in which they are read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SAME_LINE = 0.5  # of a line's height: how far the middles of its words may lie apart
_GUTTER = 8.0  # points between two columns, at the least
_WIDE_GUTTER = 20.0  # the same, where only a few lines stand beside each other
_MIDDLE = (0.3, 0.7)  # of the page's width: where a gutter can lie
_FEW = 3  # lines beside each other
_NEAR = 0.4  # of a heading's size: what is no further from it in height stands beside it
_LARGER = 1.1  # than the running text: a heading's size


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Words beside each other."""

    text: str
    left: float  #: Points from the page's left edge, as ``right``.
    right: float
    top: float  #: Points from the page's upper edge, as ``bottom``.
    bottom: float
    size: float  #: Of most of its letters, in points.
    is_bold: bool

    @property
    def height(self) -> float:
        return self.bottom - self.top


def reading_order(words: Iterable[Mapping[str, Any]], width: float) -> list[list[Line]]:
    """The page's columns, each as its lines from above; what spans both columns stands between them.

    Args:
        width: Of the page, in points.
    """
    rows = _rows(words)
    gutter = _gutter(rows, width)
    if gutter is None:
        return [[_line(row) for row in rows]]
    columns: list[list[Line]] = []
    left: list[Line] = []
    right: list[Line] = []
    for row in rows:
        if _crosses(row, gutter) or _heads(row, rows, gutter):
            columns += [column for column in (left, right) if column]
            left, right = [], []
            columns.append([_line(row)])
            continue
        for column, side in (
            (left, [word for word in row if word["x1"] <= gutter]),
            (right, [word for word in row if word["x0"] >= gutter]),
        ):
            if side:
                column.append(_line(side))
    return columns + [column for column in (left, right) if column]


def _rows(words: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Words by line, from above, each from the left."""
    rows: list[list[Mapping[str, Any]]] = []
    for word in sorted(words, key=lambda word: ((word["top"] + word["bottom"]) / 2, word["x0"])):
        middle = (word["top"] + word["bottom"]) / 2
        last = rows[-1][-1] if rows else None
        if last and abs(middle - (last["top"] + last["bottom"]) / 2) < _SAME_LINE * (
            last["bottom"] - last["top"]
        ):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word["x0"]) for row in rows]


def _gutter(rows: Sequence[Sequence[Mapping[str, Any]]], width: float) -> float | None:
    """Where the page is divided: the gap that most rows leave open, if both sides of it hold columns."""
    best, most = None, 0
    for place in range(int(_MIDDLE[0] * width), int(_MIDDLE[1] * width), 4):
        split = [row for row in rows if _is_open(row, place) and row[0]["x0"] < place < row[-1]["x1"]]
        if len(split) > most:
            best, most = float(place), len(split)
    if best is None:
        return None
    crossing = sum(not _is_open(row, best) for row in rows)
    widest = max(_gap(row, best) for row in rows if _is_open(row, best))
    is_column = crossing <= most and (most >= _FEW or widest >= _WIDE_GUTTER)
    return best if is_column else None


def _is_open(row: Sequence[Mapping[str, Any]], place: float) -> bool:
    return not any(word["x0"] - _GUTTER / 2 < place < word["x1"] + _GUTTER / 2 for word in row)


def _gap(row: Sequence[Mapping[str, Any]], place: float) -> float:
    """Points between the words on both sides; 0 where all are on one."""
    left = max((word["x1"] for word in row if word["x1"] <= place), default=None)
    right = min((word["x0"] for word in row if word["x0"] >= place), default=None)
    return 0.0 if left is None or right is None else float(right - left)


def _crosses(row: Sequence[Mapping[str, Any]], gutter: float) -> bool:
    """Whether a line runs over the gutter, or its words on both sides are nearer than columns are."""
    return any(word["x0"] < gutter < word["x1"] for word in row) or 0 < _gap(row, gutter) < _GUTTER


def _heads(
    row: Sequence[Mapping[str, Any]], rows: Sequence[Sequence[Mapping[str, Any]]], gutter: float
) -> bool:
    """Whether a short line is a heading over both columns: larger, and nothing stands beside it."""
    sizes = [word["size"] for line in rows for word in line]
    size = row[0]["size"]
    if size < _LARGER * max(set(sizes), key=sizes.count) or row[-1]["x1"] > gutter:
        return False
    above, below = row[0]["top"] - _NEAR * size, row[0]["bottom"] + _NEAR * size
    return not any(
        word["x0"] >= gutter and word["top"] < below and word["bottom"] > above
        for line in rows
        for word in line
    )


def _line(row: Sequence[Mapping[str, Any]]) -> Line:
    sizes = [word["size"] for word in row for _ in word["text"]]
    bold = [("bold" in word["fontname"].lower()) for word in row for _ in word["text"]]
    return Line(
        text=" ".join(word["text"] for word in row),
        left=row[0]["x0"],
        right=row[-1]["x1"],
        top=min(word["top"] for word in row),
        bottom=max(word["bottom"] for word in row),
        size=max(set(sizes), key=sizes.count),
        is_bold=sum(bold) > len(bold) / 2,
    )
