"""Words that bound a quantity: "at least", "or older", 「不超过」, 「以上」."""

import re
from collections.abc import Mapping
from typing import Literal

from tools.medical.numerals import NUMBER

Bound = Literal["", ">=", ">", "<=", "<"]

_BEFORE: Mapping[Bound, str] = {
    ">=": "at least|at a minimum|greater than or equal to|equal to or greater than|not below|no less than"
    "|no fewer than|not less than|not fewer than|no shorter than|no younger than|not under|not below"
    "|minimum of|minimum|≥|>=|⩾|至少|起码|最少|不少于|不低于|不小于|不短于|不早于|达到或超过"
    "|等于或大于|大于或等于|大于等于|年满|已满|满",
    "<=": "at most|at the most|less than or equal to|equal to or less than|no more than|not more than"
    "|no longer than|not longer than|no later than|not exceeding|not over|not above|not exceed"
    "|no higher than|no older than|up to|within|in the first|during the first|for the first|only"
    "|restricted to|restriction of|restriction to"
    "|limited to|limit to|maximum of|maximum|≤|<=|⩽"
    "|最多|至多|不能超过|不得超过|不应超过|不应该超过|不要超过|不可超过"
    "|不宜超过|不可以超过|不能多于|不得多于|不得长于|不能长于|限制在|控制在|只能|不超过|不多于|不高于"
    "|不大于|不长于|不晚于|不超出|小于或等于|小于等于",
    ">": "more than|greater than|higher than|older than|longer than|later than|over|above|exceeding"
    "|exceeds|exceed|exceeded|beyond|in excess of|>|＞|超过|超出|大于|高于|多于|长于|大过|高过",
    "<": "less than|fewer than|lower than|younger than|shorter than|smaller than|under|below|<|＜|小于"
    "|低于|少于|短于|不足|不到|不满|未满|未到|未达到|未达|不及",
}
_WORDS: Mapping[str, Bound] = {word: bound for bound, words in _BEFORE.items() for word in words.split("|")}
_ANY = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(_WORDS, key=len, reverse=True))
_CHOICES = re.sub(r"\|满(?=\||$)", "|(?<![做打吃用住服])满", _ANY)  # 「做满12次」: twelve, no bound

# In Chinese a verb or more stands between: 「至少停用…2周」.
_BETWEEN = (
    r"(?:(?:about|the\s+age\s+of|age|a|an|of)\s+)?"
    "(?:(?![每零〇一二两三四五六七八九十百千半])[\u4e00-\u9fff]){0,10}?"
)
BEFORE = rf"(?:(?<![A-Za-z])(?P<before>{_CHOICES})(?![A-Za-z])\s*{_BETWEEN})?"
"""A pattern that finds one before a number, or nothing."""

_MORE = "more|longer|older|over|above|higher|greater|upwards?|onwards?|beyond"
_LESS = "less|fewer|younger|under|below|lower|shorter"
AFTER = rf"""(?P<after>\s*(?:years?\s+(?:of\s+age\s+)?|of\s+age\s+)?(?:or|and)\s+(?:{_MORE}|{_LESS})\b|\s*\+
    |\s+at\s+(?:the\s+)?(?:most|least)\b|\s*[及或]?(?:以上|以下|以内|之内|更多|更久|更高|更低|更少)
    |\s*(?<=[年月周天日时钟])内)?"""
"""A pattern that finds one after a number, or nothing; for a verbose expression."""

_IS_MORE = re.compile(f"{_MORE}|\\+|least|以上|更多|更久|更高", re.IGNORECASE)
_BOUNDING = re.compile(
    rf"(?<![A-Za-z])(?:{_CHOICES})(?![A-Za-z])(?=[^,.;，。；]{{0,12}}?{NUMBER})", re.IGNORECASE
)


def bound_of(before: str | None, after: str | None) -> Bound:
    """The bound that the words around a number state."""
    if after:
        return ">=" if _IS_MORE.search(after) else "<="
    return _WORDS[" ".join(before.lower().split())] if before else ""


def without_bounds(text: str) -> str:
    """``text`` without the words that bound: "no more than" denies nothing."""
    return _BOUNDING.sub(" ", text)
