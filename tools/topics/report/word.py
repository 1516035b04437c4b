"""A report as a Word document."""

import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.shared import Cm

from tools.topics.packing import zipped
from tools.topics.report.blocks import Block, Blocks, Figure, Heading, Paragraph, Quotation, Table

_WIDTH = Cm(15.5)
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML
_LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)  # two runs with one seed give the same bytes


def render_word(blocks: Blocks, pictures: Mapping[str, bytes], language: str) -> bytes:
    """A DOCX with real headings, tables and pictures; equal reports give equal bytes."""
    document = Document()
    properties = document.core_properties
    properties.title = next((_clean(b.text) for b in blocks if isinstance(b, Heading)), "")
    properties.language = language
    properties.created = properties.modified = _LONG_AGO
    for block in blocks:
        _add(document, block, pictures)
    data = BytesIO()
    document.save(data)
    with zipfile.ZipFile(data) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist()})


def _add(document: WordDocument, block: Block, pictures: Mapping[str, bytes]) -> None:
    match block:
        case Heading():
            document.add_heading(_clean(block.text), level=block.level - 1)
        case Paragraph():
            document.add_paragraph(_clean(block.text))
        case Quotation():
            paragraph = document.add_paragraph(_clean(block.text), style="Quote")
            paragraph.add_run(f" ({_clean(block.source)})").italic = False
        case Table():
            document.add_paragraph(_clean(block.caption), style="Caption")
            table = document.add_table(rows=0, cols=len(block.header), style="Light Grid Accent 1")
            for row in (block.header, *block.rows):
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = _clean(text)
        case Figure():
            document.add_picture(BytesIO(pictures[block.name]), width=_WIDTH)
            document.add_paragraph(_clean(block.caption), style="Caption")


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
