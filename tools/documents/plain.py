"""Plain text and Markdown."""

from tools.documents.document import Document
from tools.documents.prose import too_many_characters
from tools.text.decode import decode


def read_plain(data: bytes, *, max_characters: int) -> Document:
    """The text of a plain file, as it is stored.

    Raises:
        InputTooLarge: "too_many_characters".
        InvalidInput: See :func:`tools.text.decode.decode`.
    """
    decoded = decode(data)
    if len(decoded.text) > max_characters:
        raise too_many_characters(max_characters)
    return Document(text=decoded.text, encoding=decoded.encoding)
