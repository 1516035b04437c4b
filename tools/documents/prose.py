"""From the markup of a book to its plain text."""

import re

from lxml import etree

from tools.documents.markup import Element, local_name
from tools.errors import InputTooLarge

_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt"),
        *(
            "figcaption",
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "html",
        ),
        *("li", "main", "ol", "p", "pre", "section", "table", "tbody", "thead", "tr", "ul"),
    )
)
_SKIPPED = frozenset(
    ("head", "script", "style", "svg", "math", "nav", "rt", "rp", "template", "audio", "video")
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BEFORE_BREAK = re.compile(r" +\n")


class Prose:
    """Paragraphs joined by blank lines, up to a number of characters."""

    def __init__(self, max_characters: int) -> None:
        self._max_characters = max_characters
        self._paragraphs: list[str] = []
        self._length = 0

    @property
    def next_start(self) -> int:
        """Where the next paragraph begins."""
        return self._length + len("\n\n") if self._paragraphs else 0

    @property
    def text(self) -> str:
        """All paragraphs."""
        return "\n\n".join(self._paragraphs)

    def add(self, paragraph: str) -> None:
        """Append a paragraph, unless it is blank.

        Raises:
            InputTooLarge: "too_many_characters".
        """
        paragraph = paragraph.strip(" \t\n")
        if not paragraph:
            return
        self._length = self.next_start + len(paragraph)
        self._paragraphs.append(paragraph)
        if self._length > self._max_characters:
            raise too_many_characters(self._max_characters)

    def add_markup(self, root: Element) -> None:
        """Append the text of XHTML: block elements are paragraphs, blanks are folded outside of ``pre``.

        Navigation, scripts, drawings and the pronunciation in ruby are left out.
        """
        inline: list[str] = []
        skipped = preformatted = 0
        for event, element in etree.iterwalk(root, events=("start", "end")):
            name = local_name(element)
            step = 1 if event == "start" else -1
            preformatted += step * (name == "pre")
            skipped += step * (name in _SKIPPED)
            if name in _BLOCKS:
                self._add_inline(inline)
            elif name == "br" and event == "start":
                inline.append("\n")
            said = element.text if event == "start" else element.tail
            if said and not skipped:
                inline.append(said if preformatted else _fold(said, inline))
        self._add_inline(inline)

    def _add_inline(self, inline: list[str]) -> None:
        self.add(_BEFORE_BREAK.sub("\n", "".join(inline)))
        inline.clear()


def _fold(said: str, inline: list[str]) -> str:
    folded = _BLANKS.sub(" ", said)
    return folded.lstrip(" ") if inline and inline[-1].endswith("\n") else folded


def too_many_characters(most: int) -> InputTooLarge:
    """The text is longer than is read."""
    return InputTooLarge(
        f"the text is longer than {most} characters", hint="Split the book.", code="too_many_characters"
    )
