"""Pictures and drawn algorithms on a page of a PDF: boxes with words, and the lines between them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.documents.figures import Arrow, Edges
from tools.documents.pdf.lines import Line, reading_order
from tools.documents.pdf.paragraphs import joined

Shape = Mapping[str, Any]
Point = tuple[float, float]
Segment = tuple[Point, Point]

_CAPTION = re.compile(
    r"(?:fig(?:ure|\.)?|algorithm|flow ?chart|diagram|box)\s*\d|图\s*\d|流程图", re.IGNORECASE
)
_CAPTION_GAP = 40.0  # points between a picture and its caption, at the most
_SMALLEST_PICTURE = (60.0, 40.0)  # points; less is a sign or a logo
_LARGEST_PICTURE = 0.9  # of the page's area; more is the page itself, scanned
_SMALLEST_STEP = (24.0, 12.0)  # points: a box with one word
_LARGEST_STEP = 0.5  # of the page's width or height
_TOUCHES = 6.0  # points between a line's end and what it leads to, at the most
_SAME_PLACE = 2.0  # points between two ends that are one
_LARGEST_HEAD = 14.0  # points: of an arrow
_BESIDE = 16.0  # points between an arrow and what is written at it, at the most
_MOST_STEPS, _MOST_LINES = 200, 1000  # of a page; more is a map or a chart, and no algorithm
_RIM = 6.0  # points around what is shown


@dataclass(frozen=True, slots=True)
class Drawing:
    """An algorithm on a page."""

    place: Edges
    steps: tuple[str, ...]
    arrows: tuple[Arrow, ...]


def find_drawings(
    shapes: Sequence[Shape], words: Sequence[Shape], taken: Sequence[Edges], width: float, height: float
) -> list[Drawing]:
    """The algorithms of a page: boxes with words of which lines lead to each other.

    Args:
        shapes: Rectangles, lines and curves, with ``x0``, ``top``, ``x1``, ``bottom`` and ``pts``.
        words: As pdfplumber extracts them.
        taken: Places of tables, in which no box is a step.
    """
    free = [shape for shape in shapes if not any(_is_within(edges_of(shape), place) for place in taken)]
    boxes = [edges for shape in free if _is_step(shape, width, height) for edges in [edges_of(shape)]]
    boxes = [box for number, box in enumerate(boxes) if not _is_double(box, boxes[:number])]
    steps = [(box, text) for box in boxes if (text := _text_in(box, words))]
    steps = [step for step in steps if not _holds_another(step[0], [box for box, _ in steps])]
    lines = [line for shape in free if (line := _line_of(shape))]
    if not 2 <= len(steps) <= _MOST_STEPS or not lines or len(lines) > _MOST_LINES:
        return []
    steps.sort(key=lambda step: (round(step[0][1]), step[0][0]))
    heads = [_middle(edges_of(shape)) for shape in free if _is_head(shape)]
    arrows = [arrow for path in _paths(lines) for arrow in _arrows(path, steps, heads, words)]
    return [_drawing(group, steps, arrows) for group in _connected(len(steps), arrows)]


def pictures_of(images: Sequence[Shape], width: float, height: float) -> list[Edges]:
    """The places of pictures that show something: no rules, signs, or scanned pages."""
    places = [
        (max(e[0], 0.0), max(e[1], 0.0), min(e[2], width), min(e[3], height)) for e in map(edges_of, images)
    ]
    return [
        place
        for number, place in enumerate(places)
        if place[2] - place[0] >= _SMALLEST_PICTURE[0]
        and place[3] - place[1] >= _SMALLEST_PICTURE[1]
        and (place[2] - place[0]) * (place[3] - place[1]) <= _LARGEST_PICTURE * width * height
        and not _is_double(place, places[:number])
    ]


def caption_of(place: Edges, columns: Sequence[Sequence[Line]]) -> str:
    """The line that names the picture: the nearest below or above it that begins as captions do."""
    near = [
        (abs(line.top - place[3]) if line.top >= place[3] - _RIM else abs(place[1] - line.bottom), line.text)
        for column in columns
        for line in column
        if _CAPTION.match(line.text) and line.left < place[2] and place[0] < line.right
    ]
    gap, text = min(near, default=(_CAPTION_GAP + 1, ""))
    return text if gap <= _CAPTION_GAP else ""


def edges_of(shape: Shape) -> Edges:
    """Where a shape lies."""
    return float(shape["x0"]), float(shape["top"]), float(shape["x1"]), float(shape["bottom"])


def widened(place: Edges) -> Edges:
    """The place with a rim around it."""
    return place[0] - _RIM, place[1] - _RIM, place[2] + _RIM, place[3] + _RIM


def _is_step(shape: Shape, width: float, height: float) -> bool:
    wide, high = shape["x1"] - shape["x0"], shape["bottom"] - shape["top"]
    is_closed = shape["object_type"] == "rect" or len(shape.get("pts") or ()) > 3
    return (
        is_closed
        and _SMALLEST_STEP[0] <= wide <= _LARGEST_STEP * width
        and _SMALLEST_STEP[1] <= high <= _LARGEST_STEP * height
    )


def _is_double(box: Edges, others: Sequence[Edges]) -> bool:
    """Whether it was drawn before: filled, then framed."""
    return any(all(abs(a - b) < _SAME_PLACE for a, b in zip(box, other, strict=True)) for other in others)


def _holds_another(box: Edges, boxes: Sequence[Edges]) -> bool:
    return any(other != box and _is_within(other, box) for other in boxes)


def _is_within(inner: Edges, outer: Edges) -> bool:
    return (
        outer[0] - 1 <= inner[0]
        and outer[1] - 1 <= inner[1]
        and inner[2] <= outer[2] + 1
        and inner[3] <= outer[3] + 1
    )


def _text_in(box: Edges, words: Sequence[Shape]) -> str:
    inside = [word for word in words if _is_within((*_middle(edges_of(word)), *_middle(edges_of(word))), box)]
    return joined([line.text for column in reading_order(inside, 0) for line in column])


def _middle(edges: Edges) -> Point:
    return (edges[0] + edges[2]) / 2, (edges[1] + edges[3]) / 2


def _line_of(shape: Shape) -> Segment | None:
    """The ends of what connects: a line, a thin rectangle, an open curve."""
    left, top, right, bottom = edges_of(shape)
    points: Sequence[Point] = shape.get("pts") or ()
    if shape["object_type"] == "rect":
        if right - left <= _SAME_PLACE < bottom - top:
            return ((left + right) / 2, top), ((left + right) / 2, bottom)
        if bottom - top <= _SAME_PLACE < right - left:
            return (left, (top + bottom) / 2), (right, (top + bottom) / 2)
        return None
    if len(points) < 2 or shape.get("fill") or _distance(points[0], points[-1]) < _TOUCHES:
        return None
    return points[0], points[-1]


def _is_head(shape: Shape) -> bool:
    left, top, right, bottom = edges_of(shape)
    return bool(shape.get("fill")) and 1 < max(right - left, bottom - top) <= _LARGEST_HEAD


def _distance(one: Point, other: Point) -> float:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))


def _paths(lines: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Lines that meet at their ends, as one path."""
    rest: list[Segment] = list(lines)
    while rest:
        path: list[Segment] = [rest.pop()]
        grown = True
        while grown:
            ends = [end for line in path for end in line]
            joining: list[Segment] = [
                line for line in rest if any(_distance(a, b) <= _SAME_PLACE for a in line for b in ends)
            ]
            rest = [line for line in rest if line not in joining]
            path += joining
            grown = bool(joining)
        yield path


def _arrows(
    path: Sequence[Segment],
    steps: Sequence[tuple[Edges, str]],
    heads: Sequence[Point],
    words: Sequence[Shape],
) -> Iterator[Arrow]:
    """What a path leads from and to: by its head, else from above down, as it is read."""
    ends = [end for line in path for end in line]
    touched = [
        number for number, (box, _) in enumerate(steps) if any(_gap(end, box) <= _TOUCHES for end in ends)
    ]
    if len(touched) < 2:
        return
    near = [head for head in heads if any(_distance(head, end) <= _LARGEST_HEAD for end in ends)]
    pointed = [n for n in touched if any(_gap(head, steps[n][0]) <= _LARGEST_HEAD for head in near)]
    starts = [number for number in touched if number not in pointed] or touched[:1]
    targets = [number for number in pointed if number not in starts] or [
        n for n in touched if n not in starts[:1]
    ]
    for target in targets:
        yield Arrow(starts[0], target, _label(path, steps, target, words))


def _gap(point: Point, box: Edges) -> float:
    """How far a point is from a box; 0 inside of it."""
    return max(box[0] - point[0], point[0] - box[2], box[1] - point[1], point[1] - box[3], 0.0)


def _label(
    path: Sequence[Segment],
    steps: Sequence[tuple[Edges, str]],
    target: int,
    words: Sequence[Shape],
) -> str:
    """Words beside the part of the path that is nearest to where it leads."""
    last = min(path, key=lambda line: min(_gap(end, steps[target][0]) for end in line))
    beside = [
        word
        for word in words
        if _gap(_middle(edges_of(word)), _around(last)) <= _BESIDE
        and all(_gap(_middle(edges_of(word)), box) > 0 for box, _ in steps)
    ]
    return " ".join(str(word["text"]) for word in sorted(beside, key=lambda word: (word["top"], word["x0"])))


def _around(line: Segment) -> Edges:
    (x0, y0), (x1, y1) = line
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _connected(count: int, arrows: Sequence[Arrow]) -> list[list[int]]:
    """Steps that arrows lead between, by algorithm."""
    group = list(range(count))
    for arrow in arrows:
        one, other = group[arrow.start], group[arrow.end]
        group = [one if number == other else number for number in group]
    found = [[n for n in range(count) if group[n] == number] for number in dict.fromkeys(group)]
    return [members for members in found if len(members) > 1]


def _drawing(members: Sequence[int], steps: Sequence[tuple[Edges, str]], arrows: Sequence[Arrow]) -> Drawing:
    boxes = [steps[number][0] for number in members]
    place = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
    number_of = {number: place_in for place_in, number in enumerate(members)}
    own = [arrow for arrow in arrows if arrow.start in number_of]
    return Drawing(
        place=place,
        steps=tuple(steps[number][1] for number in members),
        arrows=tuple(Arrow(number_of[a.start], number_of[a.end], a.label) for a in own),
    )
