"""From an uploaded file to blocks with pages, whatever its format."""

from pathlib import PurePath

from tools.documents.blocks import PagedDocument
from tools.documents.web_blocks import read_html, read_markdown
from tools.errors import InvalidInput

FORMATS = (".pdf", ".docx", ".html", ".htm", ".md", ".txt")


def open_paged(data: bytes, name: str) -> PagedDocument:
    """The blocks of a PDF, DOCX, HTML, Markdown or plain text file; its first bytes decide, then its suffix.

    Blocks, for as long as a second and more for PDFs: call it in a thread.

    Raises:
        InvalidInput: "unsupported_format", "empty_input", or what the reader of the format raises.
        InputTooLarge: as the reader of the format raises.
    """
    suffix = PurePath(name).suffix.lower()
    if data.startswith(b"%PDF") or suffix == ".pdf":
        from tools.documents.pdf import read_pdf  # noqa: PLC0415 - a second, for those who read PDFs

        document = read_pdf(data)
    elif data.startswith(b"PK") or suffix == ".docx":
        from tools.documents.word_blocks import read_word  # noqa: PLC0415 - as above

        document = read_word(data)
    elif suffix in (".html", ".htm"):
        document = read_html(data)
    elif suffix in (".md", ".txt"):
        document = read_markdown(data)
    else:
        raise InvalidInput(
            f"{name!r} is of a format that this job does not read",
            hint=f"Send one of {', '.join(FORMATS)}.",
            code="unsupported_format",
        )
    if not any(block.text.strip() for block in document.blocks):
        raise InvalidInput(
            "the file holds no text", hint="Upload a file with text in it.", code="empty_input"
        )
    return document
