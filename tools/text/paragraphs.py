"""Where paragraphs begin and end in plain text."""

import re
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
    lines = [line.strip() for line in text[:_SAMPLE].split("\n")]
    broken = sorted((line for line, following in pairwise(lines) if line and following), key=len)
    if not broken:
        return Layout.LINES
    shortest = _FULL * len(broken[len(broken) * 9 // 10])
    full = [line for line in broken if len(line) >= shortest]
    wrapped = sum(line[-1] not in _SENTENCE_END for line in full)
    if len(full) < _FEW or wrapped * 2 <= len(full):
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
