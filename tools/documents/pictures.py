"""Pictures of a document as PNG: drawn anew, so that nothing of a file of somebody's goes on as it is."""

import base64
import binascii
import warnings
from io import BytesIO

from tools.documents.archive import Archive
from tools.documents.figures import Figure
from tools.documents.web_blocks import image_address
from tools.errors import ServiceError

_DOTS = 150  # per inch: sharp on paper
_MOST_PIXELS = 4_000_000  # of one picture
_MOST_READ = 40_000_000  # pixels of a picture that is taken into memory
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")


def picture_of(data: bytes, figure: Figure) -> bytes | None:
    """The figure as PNG; None where its bytes are no picture that can be shown.

    Takes up to a second: call it in a thread.

    Args:
        data: The document that it stands in.
    """
    if figure.place is not None:
        from tools.documents.pdf.pdfium import draw  # noqa: PLC0415 - a second, for those who read PDFs

        return draw(data, figure.page, figure.place, dots=_DOTS, most_pixels=_MOST_PIXELS)
    is_of_page = figure.part.startswith("#")
    raw = _from_page(data, int(figure.part[1:])) if is_of_page else _from_archive(data, figure.part)
    return _drawn_anew(raw) if raw else None


def _from_page(data: bytes, number: int) -> bytes:
    address = image_address(data, number)
    head, _, body = address.partition(",")
    try:
        return base64.b64decode(body, validate=True) if head.endswith(";base64") else b""
    except binascii.Error:
        return b""


def _from_archive(data: bytes, part: str) -> bytes:
    try:
        return Archive(data).read(part)
    except ServiceError:
        return b""


def _drawn_anew(raw: bytes) -> bytes | None:
    """Without comments, places and whatever else lies in a file; None for what is broken, or a bomb."""
    from PIL import Image  # noqa: PLC0415 - for those who have pictures

    picture = BytesIO()
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(raw), formats=_FORMATS) as image:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if image.width * image.height > _MOST_READ:
                return None
            image.thumbnail((2000, 2000))
            image.convert("RGB").save(picture, "PNG")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None  # what Pillow raises for bytes that are no picture
    return picture.getvalue()
