"""Counting sentences: statistics and the old recogniser's first_appearance_idx want their number."""

import re
from array import array
from bisect import bisect_right

# Chinese terminators end a sentence wherever they stand, the others only before white space.
_ENDS = re.compile(r"(?:[。！？；…]+[”’」』》）]*|[.!?]+[\"'”’)\]]*(?=\s|\Z)|\n\s*\n)\s*")


class Sentences:
    """The sentences of a text."""

    def __init__(self, text: str) -> None:
        length = len(text.rstrip())
        starts = (found.end() for found in _ENDS.finditer(text, 0, length))
        self._starts = array("I", [0, *(start for start in starts if start < length)])

    def __len__(self) -> int:
        return len(self._starts)

    def index_at(self, offset: int) -> int:
        """The index of the sentence that holds this offset."""
        return max(0, bisect_right(self._starts, offset) - 1)
