"""Quoted matter that is set apart on the page: verse, letters and other displayed text."""

import re
from collections.abc import Sequence

from tools.novels.quotation_context import Quoted
from tools.text.paragraphs import Layout, iter_paragraphs

_VERSE_LINES = 3  # two short lines may be prose
_VERSE_WIDTH = 60  # characters; hard-wrapped prose runs to 65 and more
_DISPLAY_INDENT = re.compile(r"(?: {4}|\t)[^\n]*(?:\n[^\S\n]*(?: {4}|\t)[^\n]*)*")
_MOSTLY = 0.2  # of all paragraphs: when more than that are indented, indentation does not set apart

_SALUTATION = re.compile(
    r"(?i:my )?(?i:very )?(?i:dear(?:est)?|honou?red|respected)"
    r" (?:[A-Z][\w.]*|sir|madam)(?: [A-Z][\w.]*){0,2}[,.:;]?(?:--|[—–]|\s{3}|\n)",
)
_VALEDICTION = re.compile(
    r"\byour['’]?s,?\s"
    r"(?:ever|truly|very|most|in haste|etc|&c|affectionate|sincere|faithful|obedient|respectful)",
    re.IGNORECASE,
)
_VALEDICTION_WINDOW = 120  # characters at the end of a letter that hold it


class Displays:
    """Tells displayed paragraphs of one text from running ones."""

    def __init__(self, text: str, layout: Layout) -> None:
        self._text = text
        self._is_wrapped = layout is Layout.BLOCKS
        self._indent_tells = self._is_wrapped and _indented_share(text, layout) < _MOSTLY

    def holds(self, quoted: Quoted) -> bool:
        """Whether the paragraph of ``quoted`` is set apart as verse or by its indentation.

        Both show in hard-wrapped text only; elsewhere the answer is no.
        """
        start, end = quoted.paragraph_start, quoted.paragraph_end
        if self._indent_tells and _is_indented(self._text, start, end):
            return True
        return self._is_wrapped and _is_verse(self._text[start:end])


def is_letter(speech: Sequence[Quoted]) -> bool:
    """Whether a quotation begins or ends like a letter."""
    first, last = speech[0], speech[-1]
    if not first.begins_paragraph:
        return False
    return bool(_SALUTATION.match(first.words) or _VALEDICTION.search(last.words[-_VALEDICTION_WINDOW:]))


def _is_verse(paragraph: str) -> bool:
    lines = [line.strip(" \t\"“”'‘’_*") for line in paragraph.splitlines()]
    return (
        len(lines) >= _VERSE_LINES
        and max(map(len, lines)) < _VERSE_WIDTH
        and all(line[:1].isupper() for line in lines)
    )


def _is_indented(text: str, start: int, end: int) -> bool:
    found = _DISPLAY_INDENT.match(text, start)
    return found is not None and found.end() >= end


def _indented_share(text: str, layout: Layout) -> float:
    paragraphs = list(iter_paragraphs(text, layout))
    indented = sum(_is_indented(text, start, end) for start, end in paragraphs)
    return indented / len(paragraphs) if paragraphs else 0.0
