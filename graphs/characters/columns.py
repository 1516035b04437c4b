"""Numbers as text, which is how the state keeps what a long novel has tens of thousands of.

Every checkpointer and JSON can carry text. A number takes under six bytes of it, and thirty-six and more as
an object in a list.
"""

import sys
from array import array
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar, overload

T = TypeVar("T")


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


class Rows(Sequence[T]):
    """Objects that are made when they are looked at: a book's take many times the numbers behind them.

    Args:
        numbers: Of one row after the other.
        width: Numbers of a row.
        make: From a row to its object.
    """

    def __init__(self, numbers: "array[int]", width: int, make: Callable[[Sequence[int]], T]) -> None:
        self._numbers = numbers
        self._width = width
        self._make = make

    def __len__(self) -> int:
        return len(self._numbers) // self._width

    def __iter__(self) -> Iterator[T]:
        return map(self._at, range(len(self)))

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        chosen = range(len(self))[index]
        return self._at(chosen) if isinstance(chosen, int) else [self._at(place) for place in chosen]

    def _at(self, place: int) -> T:
        return self._make(self._numbers[self._width * place : self._width * (place + 1)])
