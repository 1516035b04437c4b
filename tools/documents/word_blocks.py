"""DOCX as blocks: headings by their styles, lists, tables."""

import re
from io import BytesIO

from docx import Document as open_docx
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from tools.documents.archive import Archive
from tools.documents.blocks import Block, PagedDocument
from tools.documents.docx import is_docx
from tools.errors import InvalidInput

_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_LIST = re.compile(r"list|列表", re.IGNORECASE)


def read_word(data: bytes) -> PagedDocument:
    """The blocks of a DOCX, all on page 1: where pages break is decided by who opens it.

    Raises:
        InputTooLarge: "archive_bomb".
        InvalidInput: "broken_archive", "unsafe_archive" or "unsupported_format".
    """
    if not is_docx(Archive(data)):  # bounded before anything of it is inflated
        raise InvalidInput(
            "the file is no Word document", hint="Save it as .docx.", code="unsupported_format"
        )
    document = open_docx(BytesIO(data))
    blocks: list[Block] = []
    hidden = 0
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            blocks += _table(part)
        else:
            text = "".join(run.text for run in part.runs if not run.font.hidden).strip()
            hidden += sum(len(run.text) for run in part.runs if run.font.hidden)
            if text:
                blocks.append(_block(part, text))
    return PagedDocument(
        blocks=tuple(blocks), title=document.core_properties.title or "", hidden_characters=hidden
    )


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
    rows = tuple(tuple(" ".join(cell.text.split()) for cell in row.cells) for row in table.rows)
    text = "\n".join("\t".join(row) for row in rows)
    if not text.strip():
        return []
    if len(rows) == 1 and len(set(rows[0])) == 1:
        return [Block(kind="box", text=rows[0][0], page=1)]
    return [Block(kind="table", text=text, page=1, rows=rows)]
