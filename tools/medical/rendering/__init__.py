"""The booklet in the formats that people read."""

from collections.abc import Callable, Mapping

from tools.medical.booklet import Booklet
from tools.medical.rendering.html import render_html
from tools.medical.rendering.markdown import render_markdown

Renderer = Callable[[Booklet], bytes]


def _word(booklet: Booklet) -> bytes:
    from tools.medical.rendering.word import render_word  # noqa: PLC0415 - python-docx takes its time to load

    return render_word(booklet)


def _pdf(booklet: Booklet) -> bytes:
    from tools.medical.rendering.pdf import render_pdf  # noqa: PLC0415 - reportlab takes its time to load

    return render_pdf(booklet)


RENDERERS: Mapping[str, tuple[str, Renderer]] = {
    "html": ("text/html; charset=utf-8", render_html),
    "md": ("text/markdown; charset=utf-8", render_markdown),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _word),
    "pdf": ("application/pdf", _pdf),
}
"""By suffix: the media type, and what makes the file."""
