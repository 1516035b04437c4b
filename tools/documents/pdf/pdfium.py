"""What PDFium tells of a PDF at a glance, and parts of its pages as pictures.

PDFium is not made for threads: one at a time uses it, a page at a time.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, cast

import pypdfium2

from tools.documents.figures import Edges
from tools.errors import InvalidInput

_ONE = threading.Lock()
_PASSWORD = 4  # PDFium's number of this failure
_INCH = 72  # points


def count_pages(data: bytes) -> int:
    """How many pages there are; some milliseconds.

    Raises:
        InvalidInput: "encrypted_document" or "broken_pdf".
    """
    with _opened(data) as pdf:
        return len(pdf)


def holds_text(data: bytes, fewest: int) -> bool:
    """Whether its pages have at least this many characters on average; looks no further than it takes."""
    with _opened(data) as pdf:
        wanted = fewest * len(pdf)
        for number in range(len(pdf)):
            page = pdf[number]
            wanted -= page.get_textpage().count_chars()
            page.close()
            if wanted <= 0:
                return True
    return False


def draw(
    data: bytes, page: int, place: Edges | None = None, *, dots: int, most_pixels: int, is_gray: bool = False
) -> bytes:
    """A page, or a part of it, as PNG. Takes up to a second: call it in a thread.

    Args:
        page: From 1 on.
        place: Left, top, right and bottom in points from the page's upper left corner.
        dots: Per inch; fewer where the picture would have more than ``most_pixels``.
    """
    picture = BytesIO()
    with _opened(data) as pdf:
        of_it = pdf[page - 1]
        width, height = of_it.get_size()
        left, top, right, bottom = place or (0.0, 0.0, width, height)
        crop = (max(left, 0.0), max(height - bottom, 0.0), max(width - right, 0.0), max(top, 0.0))
        area = max((right - left) * (bottom - top), 1.0)
        scale = min(dots / _INCH, (most_pixels / area) ** 0.5)
        page_of_pdfium = cast("Any", of_it)  # its types leave much open
        image = page_of_pdfium.render(scale=scale, crop=crop, grayscale=is_gray)
        image.to_pil().save(picture, "PNG")
    return picture.getvalue()


@contextmanager
def _opened(data: bytes) -> Generator[pypdfium2.PdfDocument]:
    with _ONE:
        try:
            pdf = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) == _PASSWORD:
                raise encrypted() from error
            raise broken() from error
        try:
            yield pdf
        finally:
            pdf.close()


def encrypted() -> InvalidInput:
    """The failure of a PDF with a password."""
    return InvalidInput(
        "the PDF is protected by a password", hint="Remove the password.", code="encrypted_document"
    )


def broken() -> InvalidInput:
    """The failure of a PDF that is damaged, or none."""
    return InvalidInput("the PDF cannot be read", hint="Export it anew.", code="broken_pdf")
