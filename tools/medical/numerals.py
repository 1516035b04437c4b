"""Numbers as they are written: figures, English number words, Chinese numerals."""

import re
from decimal import Decimal

_ONES = [
    *(
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ENGLISH = {word: number for number, word in enumerate(_ONES)} | {
    word: 10 * (number + 2) for number, word in enumerate(_TENS)
}
_CHINESE = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_SCALES = {"十": 10, "百": 100, "千": 1000}

_TENS_WORD = rf"(?:{'|'.join(_TENS)})"
NUMBER = (
    r"(?:(?<![\d.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
    rf"|\b{_TENS_WORD}(?:-(?:{'|'.join(_ONES[1:10])}))?\b|\b(?:{'|'.join(reversed(_ONES))})\b"
    r"|[零〇一二两三四五六七八九十百千]+)"
)
"""A pattern that finds one."""

_FIGURES = re.compile(r"[\d.,]+")


def read_number(written: str) -> Decimal:
    """The number that ``NUMBER`` found."""
    written = written.lower()
    if _FIGURES.fullmatch(written):
        return Decimal(written.replace(",", ""))
    if written[0].isascii():
        return Decimal(sum(_ENGLISH[word] for word in written.split("-")))
    return Decimal(_read_chinese(written))


def _read_chinese(written: str) -> int:
    total = digit = 0
    for character in written:
        if character in _SCALES:
            total += (digit or 1) * _SCALES[character]
            digit = 0
        else:
            digit = 10 * digit + _CHINESE[character] if digit and total == 0 else _CHINESE[character]
    return total + digit
