"""From an uploaded file to a document, whatever its format."""

from pathlib import PurePath

from tools.documents.archive import Archive
from tools.documents.document import MAX_BYTES, MAX_CHARACTERS, Document
from tools.documents.docx import is_docx, read_docx
from tools.documents.epub import is_epub, read_epub
from tools.documents.plain import read_plain
from tools.errors import InputTooLarge, InvalidInput

_ZIP = b"PK"
_UNREAD = {
    ".pdf": "PDF",
    ".doc": "the old Word format",
    ".rtf": "RTF",
    ".mobi": "Mobipocket",
    ".azw": "Kindle",
    ".azw3": "Kindle",
    ".html": "HTML",
    ".htm": "HTML",
    ".odt": "OpenDocument",
}
_UNREAD_MAGIC = {
    b"%PDF": "PDF",
    b"{\\rtf": "RTF",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "the old Word format, or is encrypted by Office",
}
_ARCHIVES = frozenset((".epub", ".docx"))


def open_document(
    data: bytes, name: str, *, max_bytes: int = MAX_BYTES, max_characters: int = MAX_CHARACTERS
) -> Document:
    """The text of a .txt, .md, .epub or .docx file.

    The content decides what it is; the suffix of ``name`` only tells what cannot be told from it.

    Args:
        max_bytes: Of ``data``.
        max_characters: Of the text in it.

    Raises:
        InputTooLarge: "file_too_large", "too_many_characters", "archive_bomb" or "markup_too_large".
        InvalidInput: "unsupported_format", or what the reader of the format raises.
    """
    if len(data) > max_bytes:
        raise InputTooLarge(
            f"the file has {len(data)} bytes; at most {max_bytes} are read",
            hint="Split the book.",
            code="file_too_large",
        )
    suffix = PurePath(name).suffix.lower()
    unread = next(
        (kind for magic, kind in _UNREAD_MAGIC.items() if data.startswith(magic)), _UNREAD.get(suffix)
    )
    if unread:
        raise _unsupported(f"{name!r} is {unread}, which this job does not read")
    if data.startswith(_ZIP) or suffix in _ARCHIVES:
        return _open_archive(data, name, max_characters)
    return read_plain(data, max_characters=max_characters)


def _open_archive(data: bytes, name: str, max_characters: int) -> Document:
    archive = Archive(data)
    if is_epub(archive):
        return read_epub(archive, max_characters=max_characters)
    if is_docx(archive):
        return read_docx(archive, max_characters=max_characters)
    raise _unsupported(f"{name!r} is an archive, but neither an EPUB nor a DOCX")


def _unsupported(message: str) -> InvalidInput:
    return InvalidInput(message, hint="Convert the book to .epub, .docx or .txt.", code="unsupported_format")
