"""PDF: from characters at places to blocks in reading order."""

from tools.documents.pdf.reading import read_pdf

__all__ = ["read_pdf"]
