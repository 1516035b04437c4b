"""From an uploaded file to blocks with pages, whatever its format."""

import threading
from pathlib import PurePath

from tools.documents.archive import Archive
from tools.documents.blocks import PagedDocument
from tools.documents.document import MAX_MARKUP_BYTES
from tools.documents.docx import check_docx
from tools.documents.web_blocks import read_html, read_markdown
from tools.errors import InputTooLarge, InvalidInput

FORMATS = (".pdf", ".docx", ".html", ".htm", ".md", ".txt")


_TEXTS = (".html", ".htm", ".md", ".txt")


def glance(data: bytes, name: str, *, reads_scans: bool) -> None:
    """Refuse what shows in milliseconds that it cannot be read; the rest shows when it is read.

    Args:
        reads_scans: Whether the text of scanned pages can be recognised here.

    Raises:
        InvalidInput: "unsupported_format", "empty_input", "encrypted_document", "broken_pdf",
            "scanned_document", or what a DOCX raises.
        InputTooLarge: "too_many_pages", "markup_too_large" or "archive_bomb".
    """
    match _format(data, name):
        case "pdf":
            from tools.documents.pdf import glance_at_pdf  # noqa: PLC0415 - a second, for those who read PDFs

            glance_at_pdf(data, reads_scans=reads_scans)
        case "docx":
            check_docx(Archive(data))
        case _:
            _check_text(data)


def open_paged(data: bytes, name: str, *, stop: threading.Event | None = None) -> PagedDocument:
    """The blocks of a PDF, DOCX, HTML, Markdown or plain text file; its first bytes decide, then its suffix.

    Blocks, for as long as a second and more for PDFs: call it in a thread.

    Args:
        stop: Set by whoever waits no more: a PDF is then read no further than its present page.

    Raises:
        InvalidInput: "unsupported_format", "empty_input", or what the reader of the format raises.
        InputTooLarge: as the reader of the format raises.
    """
    match _format(data, name):
        case "pdf":
            from tools.documents.pdf import read_pdf  # noqa: PLC0415 - as above

            document = read_pdf(data, stop=stop)
        case "docx":
            from tools.documents.word_blocks import read_word  # noqa: PLC0415 - as above

            document = read_word(data)
        case "html":
            _check_text(data)
            document = read_html(data)
        case _:
            _check_text(data)
            document = read_markdown(data)
    if not any(block.text.strip() for block in document.blocks):
        raise _empty()
    return document


def _format(data: bytes, name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    if data.startswith(b"%PDF") or suffix == ".pdf":
        return "pdf"
    if data.startswith(b"PK") or suffix == ".docx":
        return "docx"
    if suffix in _TEXTS:
        return "html" if suffix in (".html", ".htm") else "markdown"
    raise InvalidInput(
        f"{name!r} is of a format that this job does not read",
        hint=f"Send one of {', '.join(FORMATS)}.",
        code="unsupported_format",
    )


def _check_text(data: bytes) -> None:
    if len(data) > MAX_MARKUP_BYTES:
        raise InputTooLarge(
            f"the text has {len(data)} bytes; at most {MAX_MARKUP_BYTES} are read",
            hint="Send the part with the recommendations.",
            code="markup_too_large",
        )
    if not data.strip():
        raise _empty()


def _empty() -> InvalidInput:
    return InvalidInput("the file holds no text", hint="Upload a file with text in it.", code="empty_input")
