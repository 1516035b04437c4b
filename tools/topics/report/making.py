"""Everything that a reader takes along: figures, their tables, and the report in four forms."""

import platform
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from tools.text.language import Language
from tools.topics.figures.drawing import draw
from tools.topics.figures.fonts import unprintable
from tools.topics.figures.tables import figure_tables
from tools.topics.packing import zipped
from tools.topics.report.html import render_html
from tools.topics.report.latex import render_latex
from tools.topics.report.markdown import render_markdown
from tools.topics.report.word import render_word
from tools.topics.report.writing import write_report

ARCHIVE, MARKDOWN, HTML, WORD, LATEX = "report.zip", "report.md", "report.html", "report.docx", "report.tex"
Tell = Callable[[int, int], None]
"""Called with how many figures are drawn, and of how many."""

_USED = ("numpy", "scipy", "scikit-learn", "tomotopy", "jieba", "matplotlib")


def make_report(analysis: Mapping[str, Any], language: Language, tell: Tell) -> dict[str, bytes]:
    """The report's files; of the same result they have the same bytes on the same kind of machine.

    Args:
        analysis: analysis.json of a finished result.
        language: Of the report.
        tell: Hears of figures that are drawn.

    Returns:
        report.zip with everything, and the report alone as HTML and DOCX, which need no other file.
    """
    tables = figure_tables(analysis)
    files: dict[str, bytes] = {}
    for number, table in enumerate(tables):
        tell(number, len(tables))
        drawn = draw(table, language) | {f"{table.name}.csv": table.csv()}
        files |= {f"figures/{name}": data for name, data in drawn.items()}
    tell(len(tables), len(tables))
    pictures = {table.name: files[f"figures/{table.name}.png"] for table in tables}
    shown = (cell for table in tables for row in table.rows for cell in row if isinstance(cell, str))
    blocks = write_report(
        analysis,
        tables,
        language,
        versions={"python": platform.python_version(), **{name: version(name) for name in _USED}},
        has_boxes=bool(unprintable(shown)),
    )
    written = {
        MARKDOWN: render_markdown(blocks),
        HTML: render_html(blocks, pictures, language),
        WORD: render_word(blocks, pictures, language),
        LATEX: render_latex(blocks, language),
    }
    return {ARCHIVE: zipped(written | files), HTML: written[HTML], WORD: written[WORD]}
