"""Which characters of a page somebody who looks at it can see."""

from collections.abc import Mapping, Sequence
from typing import Any

_SMALLEST = 2.0  # points; nobody reads less
_WHITE = 0.95  # of full brightness

PdfObject = Mapping[str, Any]


def is_visible(character: PdfObject, filled: Sequence[PdfObject], width: float, height: float) -> bool:
    """Whether the character lies on the page, is large enough, and has another colour than what is behind it.

    Args:
        filled: Rectangles of the page that are painted in another colour than white.
        width: Of the page, in points, as ``height``.
    """
    middle, centre = (character["x0"] + character["x1"]) / 2, (character["top"] + character["bottom"]) / 2
    if not (0 <= middle <= width and 0 <= centre <= height) or character["size"] < _SMALLEST:
        return False
    if not is_white(character["non_stroking_color"]):
        return True
    return any(
        shape["x0"] <= middle <= shape["x1"] and shape["top"] <= centre <= shape["bottom"] for shape in filled
    )


def is_white(colour: Any) -> bool:
    """Whether a colour, in gray, RGB or CMYK, is (nearly) white; an unset one is black."""
    parts: list[float] = [float(part) for part in colour or () if isinstance(part, int | float)]
    if not parts:
        return False
    if len(parts) == 4:  # cyan, magenta, yellow, black: ink, so none is white
        return max(parts) <= 1 - _WHITE
    return min(parts) >= _WHITE
