"""Quoted matter that is set apart on the page: verse and other displayed text."""

import re

from tools.novels.quotation_context import Quoted
from tools.text.paragraphs import Layout, iter_paragraphs

_STANZA = 5  # lines; so many lines of prose do not all begin with a capital by chance
_SHORT_LINE = 0.8  # of the full width; prose ends a line only when the next word does not fit on it
_FULL_LINE = 0.9  # of the lines are not longer than the full width
_SAMPLE = 500_000  # characters that are looked at to learn the width
_DISPLAY_INDENT = re.compile(r"(?: {4}|\t)[^\n]*(?:\n[^\S\n]*(?: {4}|\t)[^\n]*)*")
_MOSTLY = 0.2  # of all paragraphs: when more than that are indented, indentation does not set apart


class Displays:
    """Tells displayed paragraphs of one text from running ones."""

    def __init__(self, text: str, layout: Layout) -> None:
        self._text = text
        self._is_wrapped = layout is Layout.BLOCKS
        self._width = _full_width(text)
        self._indent_tells = self._is_wrapped and _indented_share(text, layout) < _MOSTLY

    def holds(self, quoted: Quoted) -> bool:
        """Whether the paragraph of ``quoted`` is set apart as verse or by its indentation.

        Both show in hard-wrapped text only; elsewhere the answer is no.
        """
        start, end = quoted.paragraph_start, quoted.paragraph_end
        if self._indent_tells and _is_indented(self._text, start, end):
            return True
        return self._is_wrapped and _is_verse(self._text[start:end], self._width)


def _is_verse(paragraph: str, width: int) -> bool:
    """Whether each new line begins with a capital, and all break off before the width to which prose runs."""
    lines = [line.strip(" \t\"“”'‘’_*") for line in paragraph.splitlines()]
    if len(lines) < 2 or not all(line[:1].isupper() for line in lines[1:]):
        return False
    return len(lines) >= _STANZA or max(map(len, lines)) < _SHORT_LINE * width


def _full_width(text: str) -> int:
    """The length of the longest lines of a hard-wrapped text, but for a few that run over."""
    lengths = sorted(len(line) for line in text[:_SAMPLE].split("\n") if line)
    return lengths[int(len(lengths) * _FULL_LINE)] if lengths else 0


def _is_indented(text: str, start: int, end: int) -> bool:
    found = _DISPLAY_INDENT.match(text, start)
    return found is not None and found.end() >= end


def _indented_share(text: str, layout: Layout) -> float:
    paragraphs = list(iter_paragraphs(text, layout))
    indented = sum(_is_indented(text, start, end) for start, end in paragraphs)
    return indented / len(paragraphs) if paragraphs else 0.0
