"""A report as Markdown; texts of documents are shown, never read as marks."""

import re

from tools.topics.report.blocks import Block, Blocks, Figure, Heading, Paragraph, Quotation, Table

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~$!&])")
_AT_START = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)", re.MULTILINE)


def render_markdown(blocks: Blocks) -> bytes:
    """The report; figures are ``figures/NAME.png``."""
    return ("\n\n".join(_written(block) for block in blocks) + "\n").encode("utf-8", "replace")


def _written(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {_plain(block.text)}"
        case Paragraph():
            return _plain(block.text)
        case Quotation():
            lines = _escaped(block.text).splitlines() or [""]
            return "\n".join([*(f"> {line}" for line in lines), ">", f"> — {_plain(block.source)}"])
        case Table():
            rows = [block.header, ("---",) * len(block.header), *block.rows]
            body = "\n".join(
                f"| {' | '.join(c if row is rows[1] else _plain(c) for c in row)} |" for row in rows
            )
            return f"**{_plain(block.caption)}**\n\n{body}"
        case Figure():
            caption = _plain(block.caption)
            return f"![{caption}](figures/{block.name}.png)\n\n*{caption}*"


def _plain(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    return _AT_START.sub(_guarded, _MARKS.sub(r"\\\1", text))


def _guarded(found: re.Match[str]) -> str:
    mark = found[2]
    return f"{found[1]}{mark[:-1]}\\{mark[-1]}"
