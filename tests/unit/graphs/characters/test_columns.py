"""Numbers as text."""

import pytest

from graphs.characters.columns import numbers_in, numbers_to_text


@pytest.mark.parametrize("numbers", [[], [0], [7, 0, 2**32 - 1, 1_000_000]])
def test_numbers_come_back(numbers: list[int]) -> None:
    assert list(numbers_in(numbers_to_text(numbers))) == numbers


def test_the_lowest_byte_comes_first_on_every_machine() -> None:
    assert numbers_to_text([1]) == "AQAAAA=="
