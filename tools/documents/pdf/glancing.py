"""Whether a PDF can be read, as far as that shows in milliseconds."""

from tools.documents.pdf.pdfium import count_pages, holds_text
from tools.documents.pdf.reading import FEWEST_CHARACTERS, check_pages, scanned
from tools.documents.pdf.recognising import check_scanned_pages


def glance_at_pdf(data: bytes, *, reads_scans: bool) -> None:
    """Refuse what cannot be read.

    Args:
        reads_scans: Whether the text of scanned pages can be recognised here.

    Raises:
        InputTooLarge: "too_many_pages".
        InvalidInput: "encrypted_document", "broken_pdf" or "scanned_document".
    """
    count = count_pages(data)
    check_pages(count)
    if not holds_text(data, FEWEST_CHARACTERS):
        if not reads_scans:
            raise scanned()
        check_scanned_pages(count)
