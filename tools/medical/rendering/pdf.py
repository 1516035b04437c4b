"""The booklet as a PDF."""

# reportlab has no annotations.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false

from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Image, Paragraph, SimpleDocTemplate, Spacer, Table

from tools.medical.booklet import Booklet, Part

_CHINESE = "STSong-Light"  # every reader of PDFs brings it along, so that no font has to be shipped
_INK = colors.HexColor("#12304a")
_ALARM = colors.HexColor("#8a1f11")
_LARGEST = (430.0, 500.0)  # points: a picture's width and height
# Signs that the built-in fonts lack.
_PLAIN_SIGNS = str.maketrans({"✔": "+", "✘": "-", "⚠": "!", "≥": ">=", "≤": "<=", "→": ">"})


def render_pdf(booklet: Booklet) -> bytes:
    """An A4 document."""
    styles = _styles(is_chinese=booklet.language == "zh")
    story: list[Any] = [
        _paragraph(booklet.title, styles["title"]),
        _paragraph(booklet.subtitle, styles["body"]),
        Spacer(1, 12),
    ]
    for part in booklet.parts:
        story += _flowables(part, styles)
    data = BytesIO()
    document = SimpleDocTemplate(data, pagesize=A4, title=booklet.title, lang=booklet.language)
    document.build(story)
    return data.getvalue()


def _flowables(part: Part, styles: dict[str, ParagraphStyle]) -> list[Any]:
    marks = "".join(f" [{source}]" for source in part.sources)
    match part.kind:
        case "table":
            cells = [[_paragraph(cell, styles["body"]) for cell in row] for row in part.rows]
            grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.grey)]
            return [_paragraph(part.text, styles["small"]), Table(cells, style=grid), Spacer(1, 8)]
        case "recommendation":
            return [_paragraph(part.text + marks, styles["strong"]), _paragraph(part.label, styles["small"])]
        case "addition":
            return [_paragraph(f"{part.text} ({part.label})", styles["small"])]
        case "source":
            return [_paragraph(f"[{part.id}] {part.label}: “{part.text}”", styles["small"])]
        case "warning":
            return [_paragraph(f"⚠ {part.text}{marks}", styles["body"])]
        case "heading" | "notice":
            return [_paragraph(part.text, styles[part.kind])]
        case "figure":
            lines = [_paragraph(" ".join(row), styles["small"]) for row in part.rows]
            image = [_image(part.picture)] if part.picture is not None else []
            return [*image, _paragraph(part.text, styles["small"]), *lines, Spacer(1, 8)]
        case "paragraph" | "fact":
            return [_paragraph(part.text + marks, styles["body"])]


def _image(data: bytes) -> Image:
    """The picture, made to fit."""
    image = Image(BytesIO(data))
    scale = min(_LARGEST[0] / image.drawWidth, _LARGEST[1] / image.drawHeight, 1.0)
    image.drawWidth, image.drawHeight = image.drawWidth * scale, image.drawHeight * scale
    return image


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text.translate(_PLAIN_SIGNS)), style)


@cache
def _styles(*, is_chinese: bool) -> dict[str, ParagraphStyle]:
    if is_chinese:
        pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
    plain, bold = (_CHINESE, _CHINESE) if is_chinese else ("Helvetica", "Helvetica-Bold")
    base = ParagraphStyle("body")
    base.fontName, base.fontSize, base.leading, base.spaceAfter = plain, 11, 16, 6
    base.wordWrap = "CJK" if is_chinese else None
    return {
        "body": base,
        "title": ParagraphStyle("title", base, fontName=bold, fontSize=20, leading=26, textColor=_INK),
        "heading": ParagraphStyle(
            "heading", base, fontName=bold, fontSize=14, spaceBefore=14, textColor=_INK
        ),
        "strong": ParagraphStyle("strong", base, fontName=bold, spaceAfter=1),
        "small": ParagraphStyle("small", base, fontSize=9, leading=13, leftIndent=12),
        "notice": ParagraphStyle("notice", base, fontName=bold, textColor=_ALARM),
    }
