"""The booklet as Markdown."""

import re
from collections.abc import Iterator

from tools.medical.booklet import Booklet, Part, page_link

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def render_markdown(booklet: Booklet) -> bytes:
    """Markdown, in which no text of the guideline acts as markup."""
    lines = [f"# {_escaped(booklet.title)}", "", _escaped(booklet.subtitle), ""]
    for part in booklet.parts:
        lines += [*_lines(part, page_link(booklet, part)), ""]
    return "\n".join(lines).encode()


def _lines(part: Part, link: str | None) -> Iterator[str]:
    text = _escaped(part.text)
    marks = "".join(f" \\[{source}\\]" for source in part.sources)
    match part.kind:
        case "heading":
            yield f"## {text}"
        case "notice":
            yield f"> **{text}**"
        case "recommendation":
            yield f"- **{text}**{marks}  \n  {_escaped(part.label)}"
        case "warning":
            yield f"- ⚠ {text}{marks}"
        case "addition":
            yield f"- {text} *({_escaped(part.label)})*"
        case "source":
            place = f"[{_escaped(part.label)}]({link})" if link else _escaped(part.label)
            yield f"- \\[{part.id}\\] {place}: “{text}”"
        case "table":
            yield f"*{text}*"
            yield ""
            yield from _table(part.rows)
        case "figure":
            yield f"*{text}*"
            yield ""
            yield from (f"- {_escaped(cell)}" for row in part.rows for cell in row)
        case "paragraph" | "fact":
            yield text + marks


def _table(rows: list[list[str]]) -> Iterator[str]:
    width = max(map(len, rows), default=0)
    for number, row in enumerate(rows):
        cells = [*row, *[""] * (width - len(row))]
        yield f"| {' | '.join(map(_escaped, cells))} |"
        if number == 0:
            yield f"|{' --- |' * width}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
