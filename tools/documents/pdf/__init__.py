"""PDF: from characters at places to blocks in reading order."""

from tools.documents.pdf.glancing import glance_at_pdf
from tools.documents.pdf.reading import ReadingStopped, read_pdf

__all__ = ["ReadingStopped", "glance_at_pdf", "read_pdf"]
