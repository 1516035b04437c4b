"""The numbers of chapters: arabic, Roman, in English words, in Chinese characters."""

import re
import unicodedata

_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_ROMAN = re.compile(r"(?=[ivxlcdm])m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")

_CHINESE_DIGITS = dict(
    zip("〇零一二三四五六七八九两兩", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 2), strict=True)
) | dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True))
_CHINESE_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}

_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_ONES_ORDINAL = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS_ORDINAL = "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth"


def _values(words: str, first: int, step: int) -> dict[str, int]:
    return {word: first + step * index for index, word in enumerate(words.split())}


_ENGLISH = (
    _values(_ONES, 1, 1)
    | _values(_ONES_ORDINAL, 1, 1)
    | _values(_TENS, 20, 10)
    | _values(_TENS_ORDINAL, 20, 10)
)

CHINESE_NUMERAL = r"[0-9０-９〇零一二三四五六七八九两兩壹贰叁肆伍陆柒捌玖十拾百佰千仟廿卅]{1,9}"
_TEN = "|".join(f"{_TENS} {_TENS_ORDINAL}".split())
_ONE = "|".join(sorted(f"{_ONES} {_ONES_ORDINAL}".split(), key=len, reverse=True))
_WORDS = rf"(?:the )?(?:(?:{_TEN})(?:[ -](?:{_ONE}))?|(?:{_ONE}))"
ENGLISH_NUMERAL = rf"(?:{_WORDS}|\d{{1,4}}|[ivxlc]{{1,9}})\b"  # to be matched whatever the case


def parse_numeral(text: str) -> int | None:
    """The value of a numeral in any of the four ways of writing; None when it is not one.

    >>> [parse_numeral(text) for text in ("12", "XII", "the Twelfth", "十二", "１２")]
    [12, 12, 12, 12, 12]
    """
    text = unicodedata.normalize("NFKC", text).strip().lower()
    if text.isdecimal():
        return int(text)
    if _ROMAN.fullmatch(text):
        return _roman(text)
    return _chinese(text) if not text.isascii() else _english(text)


def _roman(text: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in text]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def _english(text: str) -> int | None:
    values = [_ENGLISH.get(word) for word in re.split(r"[\s-]+", text.removeprefix("the "))]
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def _chinese(text: str) -> int | None:
    text = text.replace("廿", "二十").replace("卅", "三十")
    if any(character not in _CHINESE_DIGITS and character not in _CHINESE_UNITS for character in text):
        return None
    if not any(character in _CHINESE_UNITS for character in text):
        return int("".join(str(_CHINESE_DIGITS[character]) for character in text))
    total, digit = 0, 0
    for character in text:
        if character in _CHINESE_UNITS:
            total += (digit or 1) * _CHINESE_UNITS[character]
            digit = 0
        else:
            digit = _CHINESE_DIGITS[character]
    return total + digit
