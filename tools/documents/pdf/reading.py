"""Reading a PDF: text in its order, tables and boxes, without what nobody can see."""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any, cast

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.page import Page
from pdfplumber.table import Table
from pdfplumber.utils.exceptions import PdfminerException

from tools.documents.blocks import Block, PagedDocument
from tools.documents.figures import MOST_FIGURES, Edges, Figure
from tools.documents.pdf import pdfium
from tools.documents.pdf.drawings import caption_of, edges_of, find_drawings, pictures_of, widened
from tools.documents.pdf.lines import Line, reading_order
from tools.documents.pdf.paragraphs import blocks_of, joined
from tools.documents.pdf.visible import is_visible, is_white
from tools.errors import InputTooLarge, InvalidInput

MAX_PAGES = 500
FEWEST_CHARACTERS = 20  # of a page on average: a scan has none
_MARGIN = 0.09  # of the page's height: where running heads and page numbers stand
_LOWEST_FRAME = 14.0  # points: one line of print
_REPEATED = 3  # pages that a running head stands on, at the least


class ReadingStopped(Exception):
    """Nobody waits for the document any more."""


def read_pdf(
    data: bytes, *, max_pages: int = MAX_PAGES, stop: threading.Event | None = None
) -> PagedDocument:
    """The blocks of a PDF. Takes from a tenth to half a second a page: call it in a thread or a process.

    Args:
        stop: Set by whoever waits no more: reading ends after the page it is at.

    Raises:
        InputTooLarge: "too_many_pages".
        InvalidInput: "broken_pdf", "encrypted_document", or "scanned_document" for pages that are pictures.
        ReadingStopped: As ``stop`` says.
    """
    try:
        with pdfplumber.open(BytesIO(data)) as pdf:
            check_pages(len(pdf.pages), max_pages)
            metadata = cast("Mapping[str, object]", pdf.metadata)  # pyright: ignore[reportUnknownMemberType]
            title = str(metadata.get("Title") or "")
            pages = [_PageText(page) for page in _until(stop, pdf.pages)]
    except PdfminerException as error:
        raise _unreadable(error) from error
    if sum(page.sizes.total() for page in pages) < FEWEST_CHARACTERS * len(pages):
        raise scanned()
    blocks = tuple(_blocks(pages))
    return PagedDocument(
        blocks=blocks,
        title=title,
        hidden_characters=sum(page.hidden for page in pages),
        figures=tuple(_figures(pages, blocks))[:MOST_FIGURES],
    )


def check_pages(count: int, most: int = MAX_PAGES) -> None:
    """Refuse more pages than are read.

    Raises:
        InputTooLarge: "too_many_pages".
    """
    if count > most:
        raise InputTooLarge(
            f"the PDF has {count} pages; at most {most} are read",
            hint="Send the part with the recommendations.",
            code="too_many_pages",
        )


def scanned() -> InvalidInput:
    """The failure of pages that are pictures."""
    return InvalidInput(
        "the pages of the PDF are pictures without text",
        hint="Install Tesseract, or run text recognition (OCR) over it and send the result.",
        code="scanned_document",
    )


def _until(stop: threading.Event | None, pages: Sequence[Page]) -> Iterator[Page]:
    for page in pages:
        if stop is not None and stop.is_set():
            raise ReadingStopped
        yield page


class _PageText:
    """What one page holds, freed of the page itself."""

    def __init__(self, page: Page) -> None:
        self.number = page.page_number
        self.height = float(page.height)
        filled = [
            shape for shape in page.rects if shape["fill"] and not is_white(shape["non_stroking_color"])
        ]
        width, height = float(page.width), self.height
        seen = page.filter(
            lambda thing: thing["object_type"] != "char" or is_visible(thing, filled, width, height)
        )
        self.sizes = Counter(round(float(character["size"]), 1) for character in seen.chars)
        self.hidden = len(page.chars) - len(seen.chars)
        words = seen.extract_words(extra_attrs=["fontname", "size"], use_text_flow=False)
        tables = [(table.bbox, _table(table, self.number)) for table in seen.find_tables()]
        shapes = [*page.rects, *page.lines, *page.curves]
        self.drawings = find_drawings(shapes, words, [box for box, _ in tables], width, height)
        drawn = [
            (drawing.place, Block(kind="figure", text="\n".join(drawing.steps), page=self.number))
            for drawing in self.drawings
        ]
        tables += drawn
        self.pictures = pictures_of(page.images, width, height)
        frames = [edges_of(shape) for shape in page.rects if _is_frame(shape, width, height)]
        free = [frame for frame in frames if not any(_overlap(frame, box) for box, _ in tables)]
        boxes = [
            (frame, _box([word for word in words if _is_inside(word, frame)], self.number)) for frame in free
        ]
        self.framed = sorted([*tables, *boxes], key=lambda framed: framed[0][1])
        outside = [word for word in words if not any(_is_inside(word, edges) for edges, _ in self.framed)]
        self.columns = reading_order(outside, width)
        page.close()


def _is_frame(shape: Mapping[str, Any], width: float, height: float) -> bool:
    """Whether a rectangle frames a paragraph: wider than a cell, higher than a rule, not the page."""
    wide, high = shape["x1"] - shape["x0"], shape["bottom"] - shape["top"]
    return width / 4 < wide < 0.95 * width and _LOWEST_FRAME < high < height / 2


def _overlap(one: Edges, other: Edges) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _is_inside(word: Mapping[str, Any], edges: Edges) -> bool:
    middle, centre = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return edges[0] <= middle <= edges[2] and edges[1] <= centre <= edges[3]


def _blocks(pages: Sequence[_PageText]) -> Iterator[Block]:
    running = _running_heads(pages)
    body = _body_size(pages)
    for page in pages:
        columns = [
            [line for line in column if not (_in_margin(line, page) and _shape(line) in running)]
            for column in page.columns
        ]
        placed = [found for column in columns for found in blocks_of(column, page.number, body)]
        yield from _with_tables(placed, page)


def _with_tables(placed: Sequence[tuple[float, Block]], page: _PageText) -> Iterator[Block]:
    """Tables and boxes go before the first block below them."""
    waiting = [(edges[1], block) for edges, block in page.framed if block.text.strip()]
    for top, block in placed:
        while waiting and waiting[0][0] <= top:
            yield waiting.pop(0)[1]
        yield block
    yield from (block for _, block in waiting)


def _figures(pages: Sequence[_PageText], blocks: Sequence[Block]) -> Iterator[Figure]:
    """Drawn algorithms and pictures, each with its place, so that it can be shown as it stands."""
    for page in pages:
        after = sum(block.page <= page.number for block in blocks)
        for drawing in page.drawings:
            yield Figure(
                page=page.number,
                after=after,
                caption=caption_of(drawing.place, page.columns),
                place=widened(drawing.place),
                steps=drawing.steps,
                arrows=drawing.arrows,
            )
        for place in page.pictures:
            caption = caption_of(place, page.columns)
            yield Figure(page=page.number, after=after, caption=caption, place=place)


def _table(table: Table, page: int) -> Block:
    cells = tuple(tuple(joined((cell or "").split("\n")) for cell in row) for row in table.extract())
    text = "\n".join("\t".join(row) for row in cells)
    return Block(kind="table", text=text, page=page, rows=cells, place=widened(table.bbox))


def _box(words: Sequence[Mapping[str, Any]], page: int) -> Block:
    lines = [line.text for column in reading_order(words, 0) for line in column]
    return Block(kind="box", text=joined(lines), page=page)


def _body_size(pages: Sequence[_PageText]) -> float:
    sizes = sum((page.sizes for page in pages), Counter[float]())
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _running_heads(pages: Sequence[_PageText]) -> set[str]:
    shapes = Counter(
        shape
        for page in pages
        for shape in {_shape(line) for column in page.columns for line in column if _in_margin(line, page)}
    )
    return {shape for shape, count in shapes.items() if count >= _REPEATED}


def _in_margin(line: Line, page: _PageText) -> bool:
    return line.bottom < _MARGIN * page.height or line.top > (1 - _MARGIN) * page.height


def _shape(line: Line) -> str:
    """A line with its numbers taken out: page numbers count on."""
    return re.sub(r"\d+", "#", line.text)


def _unreadable(error: PdfminerException) -> InvalidInput:
    if any(isinstance(cause, PDFPasswordIncorrect) for cause in error.args):
        return pdfium.encrypted()
    return pdfium.broken()
