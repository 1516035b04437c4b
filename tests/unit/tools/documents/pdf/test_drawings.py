"""Algorithms and pictures in PDFs: boxes, arrows and what is written beside them, and where they stand."""

from io import BytesIO

from PIL import Image

from evals.pdf_maker import PdfMaker
from tools.documents.figures import Arrow
from tools.documents.pdf import read_pdf
from tools.documents.pdf.pdfium import draw

FILLER = "People with high blood pressure can lower their risk of stroke."


def _image(colour: str = "red") -> bytes:
    data = BytesIO()
    Image.new("RGB", (40, 24), colour).save(data, "PNG")
    return data.getvalue()


def _chart() -> bytes:
    pdf = PdfMaker()
    pdf.lines(FILLER)
    pdf.lines("Figure 1. What to do")
    pdf.flow(
        [(200, 0, "Measure blood pressure"), (60, 90, "Treat with a drug"), (340, 90, "Measure again")],
        [(0, 1, "above 140"), (0, 2, "below")],
    )
    pdf.lines(FILLER)
    return pdf.data()


def test_a_drawn_algorithm_is_steps_arrows_and_labels() -> None:
    document = read_pdf(_chart())
    (figure,) = document.figures
    assert figure.steps == ("Measure blood pressure", "Treat with a drug", "Measure again")
    assert set(figure.arrows) == {Arrow(0, 1, "above 140"), Arrow(0, 2, "below")}
    assert (figure.page, figure.caption) == (1, "Figure 1. What to do")


def test_the_words_of_an_algorithm_are_one_block_and_stand_in_no_paragraph() -> None:
    blocks = read_pdf(_chart()).blocks
    assert [block.kind for block in blocks if "Treat with a drug" in block.text] == ["figure"]
    assert next(block.text for block in blocks if block.kind == "paragraph").startswith(FILLER)


def test_a_picture_has_its_place_and_is_drawn_as_it_looks() -> None:
    pdf = PdfMaker()
    pdf.lines(FILLER)
    pdf.picture(_image())
    pdf.lines("Fig. 2: A red field")
    data = pdf.data()
    (figure,) = read_pdf(data).figures
    assert (figure.steps, figure.caption) == ((), "Fig. 2: A red field")
    drawn = Image.open(BytesIO(draw(data, 1, figure.place, dots=72, most_pixels=10**6))).convert("RGB")
    assert drawn.getpixel((drawn.width // 2, drawn.height // 2)) == (255, 0, 0)
    assert abs(drawn.width - 200) <= 2


def test_boxes_without_arrows_and_tables_are_no_algorithms() -> None:
    pdf = PdfMaker()
    pdf.lines(FILLER)
    pdf.table([["Drug", "Dose"], ["Metformin", "500 mg"]])
    pdf.box("We recommend less salt.")
    pdf.picture(_image(), wide=20, high=20)
    assert read_pdf(pdf.data()).figures == ()
