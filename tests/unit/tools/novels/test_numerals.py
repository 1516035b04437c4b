import pytest

from tools.novels.numerals import parse_numeral


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("１２", 12),
        ("IV", 4),
        ("xlviii", 48),
        ("Nine", 9),
        ("Twenty-First", 21),
        ("the Third", 3),
        ("forty two", 42),
        ("九", 9),
        ("十", 10),
        ("二十一", 21),
        ("廿三", 23),
        ("一百零五", 105),
        ("一百二十", 120),
        ("二〇", 20),
        ("贰", 2),
    ],
)
def test_every_way_to_write_a_number_is_read(text: str, value: int) -> None:
    assert parse_numeral(text) == value


@pytest.mark.parametrize("text", ["", "IIII", "VX", "first class", "第", "一章"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_numeral(text) is None
