"""DOCX as blocks: headings by their styles, lists, tables."""

import re
from collections.abc import Iterator
from io import BytesIO

from docx import Document as open_docx
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.hyperlink import Hyperlink
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from tools.documents.archive import Archive
from tools.documents.blocks import Block, PagedDocument
from tools.documents.docx import check_docx
from tools.documents.figures import MOST_FIGURES, Figure

_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_WHITE = 242  # of 255 in each colour
_SMALLEST = 2.0  # points; nobody reads less
_LIST = re.compile(r"list|列表", re.IGNORECASE)


def read_word(data: bytes) -> PagedDocument:
    """The blocks of a DOCX, all on page 1: where pages break is decided by who opens it.

    Raises:
        InputTooLarge: "archive_bomb" or "markup_too_large".
        InvalidInput: "broken_archive", "unsafe_archive" or "unsupported_format".
    """
    check_docx(Archive(data))  # bounded before anything of it is inflated
    document = open_docx(BytesIO(data))
    blocks: list[Block] = []
    figures: list[Figure] = []
    hidden = 0
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            blocks += _table(part)
            hidden += sum(
                _hidden_characters(one) for row in part.rows for c in row.cells for one in c.paragraphs
            )
        else:
            text = _seen(part)
            hidden += _hidden_characters(part)
            if text:
                blocks.append(_block(part, text))
            figures += [
                Figure(page=1, after=len(blocks), caption=caption, part=name)
                for name, caption in _pictures(part)
            ]
    return PagedDocument(
        blocks=tuple(blocks),
        title=document.core_properties.title or "",
        hidden_characters=hidden,
        figures=tuple(figures[:MOST_FIGURES]),
    )


def _runs(paragraph: Paragraph) -> Iterator[Run]:
    """Its runs, those of links included."""
    for part in paragraph.iter_inner_content():
        yield from part.runs if isinstance(part, Hyperlink) else (part,)


def _seen(paragraph: Paragraph) -> str:
    return "".join(run.text for run in _runs(paragraph) if not _is_hidden(run)).strip()


def _hidden_characters(paragraph: Paragraph) -> int:
    return sum(len(run.text) for run in _runs(paragraph) if _is_hidden(run))


def _is_hidden(run: Run) -> bool:
    """Whether nobody sees the run: marked so, white without a ground of its own, or tiny."""
    colour, size = run.font.color, run.font.size
    is_white = colour.rgb is not None and min(colour.rgb) >= _WHITE
    is_tiny = size is not None and size.pt < _SMALLEST
    has_ground = run.font.highlight_color is not None or bool(run._r.xpath("./w:rPr/w:shd"))  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType] - as below
    return bool(run.font.hidden) or is_tiny or (is_white and not has_ground)


def _pictures(paragraph: Paragraph) -> Iterator[tuple[str, str]]:
    """The parts of pictures that stand in a paragraph, each with what it is said to show."""
    for drawing in paragraph._p.iter(qn("w:drawing")):  # pyright: ignore[reportPrivateUsage] - pictures have no other way in
        described = next((e.get("descr") or "" for e in drawing.iter(qn("wp:docPr"))), "")
        for blip in drawing.iter(qn("a:blip")):
            part = paragraph.part.related_parts.get(blip.get(qn("r:embed")) or "")
            if part is not None:
                yield str(part.partname).lstrip("/"), described


def _block(paragraph: Paragraph, text: str) -> Block:
    style = paragraph.style.name or "" if paragraph.style else ""
    if style == "Title":
        return Block(kind="heading", text=text, page=1, level=1)
    if found := _HEADING.match(style):
        return Block(kind="heading", text=text, page=1, level=int(found[1]))
    if _is_framed(paragraph):
        return Block(kind="box", text=text, page=1)
    return Block(kind="item" if _LIST.match(style) else "paragraph", text=text, page=1)


def _is_framed(paragraph: Paragraph) -> bool:
    properties = paragraph._p.pPr  # pyright: ignore[reportPrivateUsage] - borders have no other way in
    return properties is not None and properties.find(qn("w:pBdr")) is not None


def _table(table: Table) -> list[Block]:
    rows = tuple(
        tuple(" ".join(" ".join(map(_seen, cell.paragraphs)).split()) for cell in row.cells)
        for row in table.rows
    )
    text = "\n".join("\t".join(row) for row in rows)
    if not text.strip():
        return []
    if len(rows) == 1 and len(set(rows[0])) == 1:
        return [Block(kind="box", text=rows[0][0], page=1)]
    return [Block(kind="table", text=text, page=1, rows=rows)]
