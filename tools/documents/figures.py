"""What a document shows in pictures: where it stands, what is written in it, which way its arrows go."""

from dataclasses import dataclass

Edges = tuple[float, float, float, float]
"""Left, top, right and bottom in points, from the page's upper left corner."""
MOST_FIGURES = 40  # of a document; the others stay in it


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one step of an algorithm to another, by their numbers from 0 on."""

    start: int
    end: int
    label: str = ""  #: What stands beside it: "yes", "no".


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture, or an algorithm that is drawn."""

    page: int
    after: int  #: How many blocks of the document stand before it.
    caption: str = ""
    place: Edges | None = None  #: In a PDF.
    part: str = ""  #: In other formats: the name of its part, or "#" with the number of an image.
    steps: tuple[str, ...] = ()  #: Of an algorithm, the words of its boxes.
    arrows: tuple[Arrow, ...] = ()
