"""The booklet as a Word document."""

from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.shared import Cm

from tools.medical.booklet import Booklet, Part

_WIDTH = Cm(14)  # of a picture


def render_word(booklet: Booklet) -> bytes:
    """A DOCX with real headings, lists and tables."""
    document = Document()
    document.core_properties.title = booklet.title
    document.core_properties.language = booklet.language
    document.add_heading(booklet.title, level=0)
    document.add_paragraph(booklet.subtitle)
    for part in booklet.parts:
        _add(document, part)
    data = BytesIO()
    document.save(data)
    return data.getvalue()


def _add(document: WordDocument, part: Part) -> None:
    marks = "".join(f" [{source}]" for source in part.sources)
    match part.kind:
        case "heading":
            document.add_heading(part.text, level=1)
        case "notice":
            document.add_paragraph().add_run(part.text).bold = True
        case "recommendation":
            paragraph = document.add_paragraph(style="List Bullet")
            paragraph.add_run(part.text).bold = True
            paragraph.add_run(f"{marks}\n{part.label}")
        case "warning":
            document.add_paragraph(f"⚠ {part.text}{marks}", style="List Bullet")
        case "addition":
            run = document.add_paragraph(style="List Bullet").add_run(f"{part.text} ({part.label})")
            run.italic = True
        case "source":
            document.add_paragraph(f"[{part.id}] {part.label}: “{part.text}”", style="List Bullet")
        case "table":
            document.add_paragraph(part.text)
            _add_table(document, part.rows)
        case "figure":
            _add_figure(document, part)
        case "paragraph" | "fact":
            document.add_paragraph(part.text + marks)


def _add_figure(document: WordDocument, part: Part) -> None:
    if part.picture is not None:
        document.add_picture(BytesIO(part.picture), width=_WIDTH)
    document.add_paragraph(part.text)
    for row in part.rows:
        document.add_paragraph(" ".join(row), style="List Bullet")


def _add_table(document: WordDocument, rows: list[list[str]]) -> None:
    table = document.add_table(rows=len(rows), cols=max(map(len, rows), default=1), style="Table Grid")
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            table.cell(number, place).text = text
