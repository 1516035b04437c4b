"""Numbers as text, which is how the state keeps what a long novel has tens of thousands of.

Every checkpointer and JSON can carry text. A number takes under six bytes of it, and thirty-six and more as
an object in a list.
"""

import sys
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable


def numbers_to_text(numbers: Iterable[int]) -> str:
    """Base64 of numbers from 0 to 4,294,967,295, each as four bytes, the lowest first."""
    column = array("I", numbers)
    _lowest_first(column)
    return b64encode(column.tobytes()).decode()


def numbers_in(text: str) -> "array[int]":
    """What numbers_to_text wrote."""
    column = array("I", b64decode(text))
    _lowest_first(column)
    return column


def _lowest_first(column: "array[int]") -> None:
    if sys.byteorder == "big":
        column.byteswap()
