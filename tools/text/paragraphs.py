"""Where paragraphs begin and end in plain text."""

import re
from array import array
from collections.abc import Iterator
from enum import Enum, auto
from itertools import pairwise


class Layout(Enum):
    """How a text sets its paragraphs apart."""

    LINES = auto()  #: One line per paragraph, with or without blank lines between them.
    BLOCKS = auto()  #: Hard-wrapped lines; a blank line ends the paragraph.
    INDENTS = auto()  #: Hard-wrapped lines without blank lines; an indented line begins a paragraph.


_SAMPLE = 500_000  # characters that are looked at to learn the layout
_FEW = 4  # with fewer full lines than this there is no layout to learn
_FULL = 0.6  # of the length that nine lines in ten stay below; headings are shorter

_LINE = re.compile(r"(?:^|(?<=\n))[^\n]*")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_SENTENCE_END = frozenset(".!?…:;—-\"'”’»)]*_。！？：；，、」』）】》～﹏")

_PARAGRAPH = {
    Layout.LINES: re.compile(r"[^\n]+"),
    Layout.BLOCKS: re.compile(r"[^\n]+(?:\n[^\S\n]*\S[^\n]*)*"),
    Layout.INDENTS: re.compile(r"[^\n]+(?:\n\S[^\n]*)*"),
}


def find_layout(text: str) -> Layout:
    """The layout of the whole text.

    Lines are hard-wrapped when most full lines with another line right below them stop inside a sentence.
    """
    lengths, stops = (
        array("I"),
        bytearray(),
    )  # of lines with another right below; as strings they are megabytes
    lines = (line[0].strip() for line in _LINE.finditer(text, 0, _SAMPLE))
    for line, following in pairwise(lines):
        if line and following:
            lengths.append(len(line))
            stops.append(line[-1] in _SENTENCE_END)
    if not lengths:
        return Layout.LINES
    shortest = _FULL * sorted(lengths)[len(lengths) * 9 // 10]
    full = [is_stop for length, is_stop in zip(lengths, stops, strict=True) if length >= shortest]
    if len(full) < _FEW or full.count(0) * 2 <= len(full):
        return Layout.LINES
    return Layout.BLOCKS if _BLANK_LINE.search(text) else Layout.INDENTS


def iter_paragraphs(text: str, layout: Layout | None = None) -> Iterator[tuple[int, int]]:
    """Offsets of each paragraph that holds more than white space, in text order.

    Args:
        layout: That of :func:`find_layout`, if it is known.
    """
    for found in _PARAGRAPH[layout or find_layout(text)].finditer(text):
        if not found[0].isspace():
            yield found.span()
