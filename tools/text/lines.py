"""The lines of a file, each with the end that it has."""

import re
from typing import NamedTuple

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")


class Line(NamedTuple):
    """One line."""

    text: str
    end: str  #: "\r\n", "\n", "\r", or "" for the last one.

    @property
    def is_blank(self) -> bool:
        """Whether nothing but white space stands in it."""
        return not self.text.strip()

    @property
    def whole(self) -> str:
        """The line with its end."""
        return self.text + self.end


def split_lines(text: str) -> list[Line]:
    """Lines that, joined, are the text."""
    lines = [Line._make(found) for found in _LINE.findall(text)]
    return lines[:-1] if lines and not lines[-1].whole else lines
