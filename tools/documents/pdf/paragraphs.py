"""From lines of print to headings, paragraphs and items of lists."""

import re
from collections.abc import Iterator, Sequence

from tools.documents.blocks import Block
from tools.documents.pdf.lines import Line

_ITEM = re.compile(r"(?:[•▪◦●■–*-]|\(cid:\d+\)|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+")
_GAP = 0.7  # of a line's height: a larger gap parts paragraphs
_LARGER = 1.1  # than the body text: a heading's size
_LONGEST_HEADING = 160  # characters
_BROKEN_WORD = re.compile(r"(?<=[A-Za-z])[-\u00ad]$")
_HAN = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def blocks_of(lines: Sequence[Line], page: int, body_size: float) -> Iterator[tuple[float, Block]]:
    """The blocks of one column, each with the height that it begins at.

    Args:
        body_size: Of the document's running text, in points.
    """
    paragraph: list[Line] = []
    for line in lines:
        if paragraph and _parts(paragraph[-1], line, body_size):
            yield paragraph[0].top, _block(paragraph, page, body_size)
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph[0].top, _block(paragraph, page, body_size)


def joined(lines: Sequence[str]) -> str:
    """Lines as running text: a word that was broken at a line's end is whole again."""
    text = ""
    for line in lines:
        if _BROKEN_WORD.search(text) and line[:1].islower():
            text = text[:-1] + line
        elif not text or _runs_on(text, line):
            text += line
        else:
            text += " " + line
    return text


def _runs_on(text: str, line: str) -> bool:
    """Whether Chinese goes on without a blank: lines break inside of words and numbers there."""
    is_number = text[-1].isdecimal() and line[:1].isdecimal() and _HAN.search(text) is not None
    return is_number or _HAN.fullmatch(text[-1]) is not None or _HAN.match(line) is not None


def _is_heading(line: Line, body_size: float) -> bool:
    return line.size >= _LARGER * body_size or (line.is_bold and len(line.text) <= _LONGEST_HEADING)


def _parts(before: Line, line: Line, body_size: float) -> bool:
    gap = line.top - before.bottom
    return (
        gap > _GAP * before.height
        or _ITEM.match(line.text) is not None
        or _is_heading(before, body_size) != _is_heading(line, body_size)
        or abs(before.size - line.size) > 0.5
    )


def _block(lines: Sequence[Line], page: int, body_size: float) -> Block:
    text = joined([line.text for line in lines])
    if _is_heading(lines[0], body_size) and len(text) <= _LONGEST_HEADING:
        level = 1 if lines[0].size >= 1.4 * body_size else 2 if lines[0].size >= _LARGER * body_size else 3
        return Block(kind="heading", text=text, page=page, level=level)
    return Block(kind="item" if _ITEM.match(text) else "paragraph", text=text, page=page)
