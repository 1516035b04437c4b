"""How often: "twice a day", "every 6 months", 「每日2次」, 「每半年一次」, "30 breaths a minute"."""

import re
from collections.abc import Iterator
from fractions import Fraction

from tools.medical.bounds import AFTER, BEFORE, bound_of
from tools.medical.numerals import NUMBER, read_number
from tools.medical.quantity import Quantity, Stated
from tools.medical.units import UNITS

_DASH = "(?:[-–—~～]|to|or|至|到)"
_UNIT = "|".join(re.escape(unit) for unit in UNITS if unit.isascii() and unit not in ("time", "times"))
_NO_EVENT = rf"(?!(?:times|per|an?|each|every|{_UNIT})\b)[a-z]+"
_EVENT = rf"(?:\s+{_NO_EVENT}(?:\s+(?:of\s+)?{_NO_EVENT})?)?"  # "30 breaths a minute"
_SPAN = "minute|hour|day|night|week|fortnight|month|year|morning|evening"
_REGULARLY = "daily|nightly|weekly|monthly|yearly|annually|hourly"
_PER = r"(?:(?:an?|per|each|every)\s+|/\s*)"
_TIMES = re.compile(
    rf"""{BEFORE}(?<![A-Za-z\d.,])(?:(?P<once_or_twice>once\s+or\s+twice)|(?P<once>once)|(?P<twice>twice)|(?P<thrice>thrice)
    |(?P<low>{NUMBER})(?:\s*{_DASH}\s*(?P<high>{NUMBER}))?(?P<between>\s+or\s+(?:more|fewer|less))?(?:\s*times|(?:\s+[a-z]+)?\s+days(?=\s+(?:{_PER})(?:week|month))|{_EVENT}(?=\s+(?:{_PER})(?:{_SPAN})))
    )[\s-]*(?:{_PER}(?P<span>{_SPAN})s?\b|(?P<regularly>{_REGULARLY})\b){AFTER}""",
    re.IGNORECASE | re.VERBOSE,
)
_EVERY = re.compile(
    rf"\b(?:once\s+)?every\s+(?:(?P<other>other|second)|(?P<low>{NUMBER})(?:\s*{_DASH}\s*(?P<high>{NUMBER}))?)\s+(?P<span>{_SPAN})s?\b",
    re.IGNORECASE,
)
# "For a week" is a length, "a week" how often.
_LENGTH = "".join(
    rf"(?<!\b{word} )" for word in ("for", "within", "after", "in", "than", "half", "least", "about", "of")
)
_EACH = re.compile(
    rf"\b(?:(?:each|per)\s+(?P<span>{_SPAN})|every\s+(?P<every>{_SPAN})|{_LENGTH}an?\s+(?P<a>day|week|month|year)(?!\s+(?:before|after|ago|later|off))"
    rf"|(?P<regularly>{_REGULARLY}|annual|yearly)|half-?yearly(?P<half>)|half-?hourly(?P<half_hour>)|biannual(?:ly)?(?P<biannual>))\b"
    r"(?!\s+(?:life|lives|living|activit|routine|basis))"
    r"|/\s*(?P<slash>day|d|week|month|year)\b|/\s*(?P<斜>[天日周月年])",
    re.IGNORECASE,
)
_CHINESE_SPAN = "分钟|个?小时|天|日|晚|早|个?星期|周|个?月|年"
_CHINESE_LENGTH = (
    rf"(?P<length>{NUMBER})?(?:\s*(?P<shorter>{_CHINESE_SPAN})?\s*(?:[-–—~～]|至|到)\s*(?P<longest>{NUMBER}))?"
    rf"\s*(?P<span>{_CHINESE_SPAN})"
)
_CHINESE_ONCE = r"(?=(?:复?[查测做打检]{0,2})[一1]次)"
_CHINESE = re.compile(
    rf"(?:每隔?\s*{_CHINESE_LENGTH}|(?<!第)(?<!\d)一(?P<one>天|日|周|个?月|年)|(?P<隔>隔[日天]))"
    rf"(?:(?:[^，。；、,;\d零一二两三四五六七八九十次]{{0,8}}?|，){BEFORE}[^，。；、\d零一二两三四五六七八九十次]{{0,3}}?"
    rf"(?P<low>{NUMBER})(?:\s*{_DASH}\s*(?P<high>{NUMBER}))?\s*次(?P<或更多>或更多|以上|及以上)?|(?!一夜|三餐))?"
)
_CHINESE_ONE = re.compile(  # 「一天不超过五克」: of a day, no length
    rf"(?<![第\d])一(?P<span>天|日|周|个?月|年)(?=[^，。；、\d零一二两三四五六七八九十]{{0,8}}{NUMBER}\s*(?:毫克|微克|克|毫升|升|单位|[片粒丸滴喷吸次]|mg|ml|g))"
)
_CHINESE_BARE = re.compile(rf"(?={NUMBER}){_CHINESE_LENGTH}{_CHINESE_ONCE}")
_CHINESE_SLASH = re.compile(
    rf"{BEFORE}(?P<low>{NUMBER})(?:\s*{_DASH}\s*(?P<high>{NUMBER}))?\s*次\s*/\s*(?P<span>[天日周月年])"
)
_MINUTES = {
    name: minutes
    for minutes, names in (
        (1, "minute 分钟"),
        (60, "hour hourly 小时 个小时"),
        (1440, "day d daily night nightly morning evening 天 日 晚 早"),
        (10080, "week weekly 周 星期 个星期"),
        (20160, "fortnight"),
    )
    for name in names.split()
}
_MONTHS = {
    name: months
    for months, names in ((1, "month monthly 月 个月"), (12, "year yearly annual annually 年"))
    for name in names.split()
}
_WEEK, _YEAR = 10080, 12


def read_frequencies(text: str) -> Iterator[Stated]:
    """What happens so many times a week, or a year; a stretch is read once, by the most telling pattern."""
    for found in _TIMES.finditer(text):
        yield _counted(found)
    for found in _EVERY.finditer(text):
        low = read_number(found["low"]) if found["low"] else Fraction(2)
        high = read_number(found["high"]) if found["high"] else low
        yield _rate(found, Fraction(1), Fraction(1), found["span"], (low, high))
    for found in _CHINESE_SLASH.finditer(text):
        low = read_number(found["low"])
        yield _rate(found, low, read_number(found["high"]) if found["high"] else low, found["span"])
    for found in _CHINESE.finditer(text):
        yield from _chinese(found)
    for found in _CHINESE_ONE.finditer(text):
        yield _rate(found, Fraction(1), Fraction(1), found["span"])
    for found in _CHINESE_BARE.finditer(text):
        yield _rate(found, Fraction(1), Fraction(1), found["span"], _lengths(found))
    for found in _EACH.finditer(text):
        yield _each(found)


def _counted(found: re.Match[str]) -> Stated:
    if found["low"]:
        low = read_number(found["low"])
        high = read_number(found["high"]) if found["high"] else low
    else:
        low = Fraction(2 if found["twice"] else 3 if found["thrice"] else 1)
        high = Fraction(2) if found["once_or_twice"] else low
    return _rate(
        found, low, high, found["span"] or found["regularly"], after=found["between"] or found["after"]
    )


def _each(found: re.Match[str]) -> Stated:
    if found["half"] is not None or found["biannual"] is not None:
        return _rate(found, Fraction(2), Fraction(2), "year")
    if found["half_hour"] is not None:
        return _rate(found, Fraction(2), Fraction(2), "hour")
    names = ("span", "every", "a", "regularly", "slash", "斜")
    return _rate(found, Fraction(1), Fraction(1), next(found[name] for name in names if found[name]))


def _chinese(found: re.Match[str]) -> Iterator[Stated]:
    if found["one"] and not found["low"]:
        return  # 「一天」 alone is a length
    low = read_number(found["low"]) if found["low"] else Fraction(1)
    high = read_number(found["high"]) if found["high"] else low
    if found["隔"]:
        lengths = (Fraction(2), Fraction(2))
    else:
        lengths = _lengths(found) if found["span"] else (Fraction(1), Fraction(1))
    span = "日" if found["隔"] else found["span"] or found["one"]
    yield _rate(found, low, high, span, lengths, after=found["或更多"])


def _lengths(found: re.Match[str]) -> tuple[Fraction, Fraction]:
    """From and to how many of the named span: 「每半年到一年」, 「每6～12个月」."""
    shortest = read_number(found["length"]) if found["length"] else Fraction(1)
    longest = read_number(found["longest"]) if found["longest"] else shortest
    if (shorter := found["shorter"]) and (kind := _MINUTES if shorter in _MINUTES else _MONTHS):
        shortest = shortest * kind[shorter] / kind.get(found["span"], 1)
    return shortest, longest


def _rate(
    found: re.Match[str],
    low: Fraction,
    high: Fraction,
    span: str,
    lengths: tuple[Fraction, Fraction] = (Fraction(1), Fraction(1)),
    *,
    after: str | None = None,
) -> Stated:
    """``low`` to ``high`` times in a span that is ``lengths`` times the named one."""
    name = span.lower()
    is_months = name in _MONTHS
    unit, factor = (
        ("time/year", Fraction(_YEAR, _MONTHS[name]))
        if is_months
        else ("time/week", Fraction(_WEEK, _MINUTES[name]))
    )
    shortest, longest = lengths
    named = found.groupdict()
    quantity = Quantity(
        low=low * factor / longest,
        high=high * factor / shortest,
        unit=unit,
        bound=bound_of(named.get("before"), after),
    )
    return Stated(quantity=quantity, start=found.start(), end=found.end())
