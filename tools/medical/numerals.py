"""Numbers as they are written: figures, English number words, Chinese numerals, halves."""

import re
from fractions import Fraction

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ENGLISH = {word: number for number, word in enumerate(_ONES)} | {
    word: 10 * (number + 2) for number, word in enumerate(_TENS)
}
_CHINESE = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_SCALES = {"十": 10, "百": 100, "千": 1000}
_VULGAR = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}
_MULTIPLES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "万": 10**4, "亿": 10**8}

_TENS_WORD = rf"(?:{'|'.join(_TENS)})"
# 「半」 counts only before what is measured: 「半年」, 「半片」, not 「一半」 or 「半夜」.
_HALF = r"\bhalf\s+(?:of\s+)?an?\b|半(?=个?(?:片|粒|年|小时|月|天|日|克|升|量))"
NUMBER = (
    r"(?:(?:(?<![\d.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:\s*(?:hundred|thousand|million|billion)\b|[万亿])?"
    rf"[½¼¾]?|[½¼¾]|{_HALF}"
    rf"|\b(?:{_TENS_WORD}(?:-(?:{'|'.join(_ONES[1:10])}))?|{'|'.join(reversed(_ONES))})\b(?:\s+and\s+a\s+half\b)?"
    r"|[零〇一二两三四五六七八九十百千]+(?:[万亿]|(?=半))?)"
)
"""A pattern that finds one."""

_FIGURES = re.compile(r"([\d.,]*)\s*([½¼¾]|[a-z]+|[万亿])?", re.IGNORECASE)


def read_number(written: str) -> Fraction:
    """The number that ``NUMBER`` found."""
    written = " ".join(written.lower().split())
    if written.startswith(("half", "半")):
        return Fraction(1, 2)
    if written[0].isdecimal() or written in _VULGAR:
        found = _FIGURES.fullmatch(written)
        assert found is not None, f"{written!r} is no number"  # noqa: S101 - NUMBER finds no others
        return _with_suffix(Fraction(found[1].replace(",", "") or 0), found[2])
    if written[0].isascii():
        whole, half, _ = written.partition(" and a half")
        return sum(_ENGLISH[word] for word in whole.split("-")) + Fraction(bool(half), 2)
    multiple = _MULTIPLES.get(written[-1], 1)
    return Fraction(_read_chinese(written.rstrip("万亿")) * multiple)


def _with_suffix(number: Fraction, suffix: str | None) -> Fraction:
    if suffix in _VULGAR:
        return number + _VULGAR[suffix]
    return number * _MULTIPLES[suffix] if suffix else number


def _read_chinese(written: str) -> int:
    total = digit = 0
    for character in written:
        if character in _SCALES:
            total += (digit or 1) * _SCALES[character]
            digit = 0
        else:
            digit = 10 * digit + _CHINESE[character] if digit and total == 0 else _CHINESE[character]
    return total + digit
