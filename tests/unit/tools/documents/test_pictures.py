"""Pictures of Word documents and web pages: drawn anew, with what they are said to show."""

import base64
from io import BytesIO

import pytest
from docx import Document
from docx.shared import Pt, RGBColor
from PIL import Image

from tools.documents.figures import Figure
from tools.documents.paged import open_paged
from tools.documents.pictures import picture_of


def _image(width: int = 80) -> bytes:
    data = BytesIO()
    Image.new("RGB", (width, 60), "blue").save(data, "JPEG", comment=b"made at home")
    return data.getvalue()


def _size(png: bytes | None) -> tuple[int, int]:
    assert png is not None
    return Image.open(BytesIO(png)).size


def test_a_picture_in_a_word_document_is_found_and_drawn_anew() -> None:
    document = Document()
    document.add_paragraph("We recommend less salt.")
    document.add_paragraph().add_run().add_picture(BytesIO(_image()))
    saved = BytesIO()
    document.save(saved)
    (figure,) = open_paged(saved.getvalue(), "a.docx").figures
    drawn = picture_of(saved.getvalue(), figure)
    assert (figure.after, _size(drawn)) == (1, (80, 60))
    assert b"made at home" not in (drawn or b"")


def test_a_picture_in_a_page_is_taken_from_the_page_alone() -> None:
    inside = base64.b64encode(_image()).decode()
    page = f"""<body><p>Salt <img src="https://example.org/a.png" alt="out"> matters.</p>
        <img alt="A blue field" src="data:image/jpeg;base64,{inside}"></body>"""
    (figure,) = open_paged(page.encode(), "a.html").figures
    assert (figure.caption, _size(picture_of(page.encode(), figure))) == ("A blue field", (80, 60))


@pytest.mark.parametrize(
    "address", ["data:image/png;base64,????", "data:image/png;base64,aGVsbG8=", "data:image/png,x"]
)
def test_what_is_no_picture_is_left_out(address: str) -> None:
    page = f"<body><p>x</p><img src='{address}'></body>".encode()
    assert picture_of(page, Figure(page=1, after=0, part="#0")) is None


def test_words_that_nobody_sees_in_a_word_document_are_left_out() -> None:
    document = Document()
    paragraph = document.add_paragraph("Seen.")
    paragraph.add_run("White.").font.color.rgb = RGBColor(255, 255, 255)
    paragraph.add_run("Tiny.").font.size = Pt(1)
    cell = document.add_table(rows=1, cols=2).rows[0].cells[0]
    cell.paragraphs[0].add_run("Hidden.").font.hidden = True
    saved = BytesIO()
    document.save(saved)
    read = open_paged(saved.getvalue(), "a.docx")
    assert ([block.text for block in read.blocks], read.hidden_characters) == (
        ["Seen."],
        len("White.Tiny.Hidden."),
    )
