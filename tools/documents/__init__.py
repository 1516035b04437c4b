"""Reading books in the formats that people upload."""

from tools.documents.document import MAX_BYTES, MAX_CHARACTERS, Document
from tools.documents.opening import open_document

__all__ = ["MAX_BYTES", "MAX_CHARACTERS", "Document", "open_document"]
