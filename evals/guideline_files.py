"""Our guidelines as people send them: clean, in two columns with hyphenation, in boxes, and as DOCX."""

import random
import re
from collections.abc import Sequence
from io import BytesIO

from docx import Document

from evals.guideline_gold import Gold
from evals.pdf_maker import PdfMaker

Section = tuple[str, Sequence[str]]
LAYOUTS = ("clean pdf", "two columns", "boxes", "docx")
_FULL, _COLUMN = 80, 38  # characters of a line of English; a Chinese one has half as many


def file_of(gold: Gold, layout: str) -> tuple[bytes, str]:
    """The bytes, and the file's name."""
    if layout == "docx":
        return _word(gold), f"{gold.name}.docx"
    return _pdf(gold, layout), f"{gold.name}.pdf"


def _pdf(gold: Gold, layout: str) -> bytes:
    pdf = PdfMaker()
    font = "STSong-Light" if gold.is_chinese else "Helvetica"
    chance = random.Random(gold.name)  # noqa: S311 - the same file each time
    for number, sections in enumerate(gold.page_sections()):
        if number:
            pdf.next_page()
        else:
            pdf.lines(gold.title, size=18, font=font)
        for heading, texts in sections:
            pdf.lines(heading, size=13, font=font)
            if layout == "two columns":
                _columns(pdf, gold, texts, chance, font)
            elif layout == "boxes":
                for text in texts:
                    pdf.box(*_wrapped(text, _FULL, gold, None), font=font)
            else:
                for text in texts:
                    pdf.lines(*_wrapped(text, _FULL, gold, None), font=font)
    return pdf.data()


def _columns(pdf: PdfMaker, gold: Gold, texts: Sequence[str], chance: random.Random, font: str) -> None:
    middle = (len(texts) + 1) // 2
    left, right = (
        [_wrapped(text, _COLUMN, gold, chance) for text in part] for part in (texts[:middle], texts[middle:])
    )
    pdf.columns(left, right, font=font)


def _wrapped(text: str, width: int, gold: Gold, chance: random.Random | None) -> list[str]:
    """Lines of a paragraph; with ``chance``, words are broken at their ends with hyphens."""
    if gold.is_chinese:
        width //= 2
        return [text[start : start + width] for start in range(0, len(text), width)]
    lines = [""]
    for word in text.split():
        room = width - len(lines[-1]) - 1
        if len(word) <= room:
            lines[-1] = f"{lines[-1]} {word}".strip()
        elif chance and room - 1 > 3 and re.fullmatch("[a-z]{8,}", word) and chance.random() < 0.8:
            cut = min(room - 1, len(word) - 3)
            lines[-1] = f"{lines[-1]} {word[:cut]}-"
            lines.append(word[cut:])
        else:
            lines.append(word)
    return lines


def _word(gold: Gold) -> bytes:
    document = Document()
    document.add_heading(gold.title, level=0)
    for sections in gold.page_sections():
        for heading, texts in sections:
            document.add_heading(heading, level=1)
            for text in texts:
                document.add_paragraph(text)
    data = BytesIO()
    document.save(data)
    return data.getvalue()
