"""A document as blocks with pages: what is cited has to say where it stands."""

from dataclasses import dataclass
from typing import Literal

from tools.documents.figures import Edges, Figure

BlockKind = Literal["heading", "paragraph", "item", "box", "table", "figure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading, a paragraph, an item of a list, a framed box, a table, or the words of a drawn algorithm."""

    kind: BlockKind
    text: (
        str  #: Of a table its cells, separated by tabs, a row a line; of an algorithm its boxes, one a line.
    )
    page: int  #: From 1 on; 1 throughout where the format has no pages.
    level: int = 0  #: Of a heading, from 1 on.
    rows: tuple[tuple[str, ...], ...] = ()  #: Of a table.
    place: Edges | None = None  #: Of a table in a PDF.


@dataclass(frozen=True, slots=True, kw_only=True)
class PagedDocument:
    """A whole document."""

    blocks: tuple[Block, ...]
    title: str = ""
    hidden_characters: int = (
        0  #: Left out because no reader can see them: white on white, tiny, off the page.
    )
    figures: tuple[Figure, ...] = ()

    @property
    def pages(self) -> tuple[str, ...]:
        """The text of each page, blocks separated by blank lines."""
        count = max((block.page for block in self.blocks), default=0)
        return tuple(
            "\n\n".join(block.text for block in self.blocks if block.page == number)
            for number in range(1, count + 1)
        )
