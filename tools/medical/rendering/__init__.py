"""The booklet in the formats that people read."""

from collections.abc import Callable, Mapping

from tools.medical.booklet import Booklet
from tools.medical.rendering.html import render_html
from tools.medical.rendering.markdown import render_markdown
from tools.medical.rendering.pdf import render_pdf
from tools.medical.rendering.word import render_word

Renderer = Callable[[Booklet], bytes]

RENDERERS: Mapping[str, tuple[str, Renderer]] = {
    "html": ("text/html; charset=utf-8", render_html),
    "md": ("text/markdown; charset=utf-8", render_markdown),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", render_word),
    "pdf": ("application/pdf", render_pdf),
}
"""By suffix: the media type, and what makes the file."""
