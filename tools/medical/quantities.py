"""The quantities that a text states: doses, ranges, bounds, frequencies, shares, ages, durations.

Two wordings of one quantity come to equal values: "0.5 g" and "500 mg", "twice a day" and "每日两次",
"5 in 100" and "5%". What differs in value, unit or bound differs here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tools.medical.numerals import NUMBER, read_number
from tools.medical.units import UNITS

Bound = Literal["", ">=", ">", "<=", "<"]

_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_WORD_END = r"(?![A-Za-z])"
_BOUND_WORDS: Mapping[Bound, str] = {
    ">=": "at least|no less than|no fewer than|not less than|not fewer than|minimum|minimum of"
    "|≥|>=|至少|不少于|不低于",
    "<=": "at most|no more than|not more than|up to|maximum|maximum of|≤|<=|最多|不超过|不多于|不高于",
    ">": "more than|greater than|higher than|older than|over|above|exceeding|>|超过|大于|高于|多于",
    "<": "less than|fewer than|lower than|younger than|under|below|<|小于|低于|少于",
}
_BOUNDS: Mapping[str, Bound] = {
    word: bound for bound, words in _BOUND_WORDS.items() for word in words.split("|")
}
_DASH = "(?:[-–—~～]|to|and|至|到)"
_BOUND_WORD = "|".join(sorted(map(re.escape, _BOUNDS), key=len, reverse=True))
_BEFORE = f"(?P<before>{_BOUND_WORD})?"
_QUANTITY = re.compile(
    rf"""(?:每\s*(?P<each>[日天周月年])[^，。；,;\d零一二两三四五六七八九十]{{0,10}}?)?{_BEFORE}
    (?:[饮喝吃服用走步行睡测做]{{1,3}})?\s*(?:aged?\s+)?
    (?<![A-Za-z\d.,])(?<![A-Za-z]-)(?!十分(?!钟))(?P<low>{NUMBER})
    (?:\s*(?:{_UNIT})?\s*{_DASH}\s*(?P<high>{NUMBER}))?
    (?:\s*-?\s*(?P<unit>{_UNIT}){_WORD_END})?
    (?:\s+of(?:\s+[a-z-]+){{1,3}}(?=\s+(?:per|an?|each|every)\s))?
    (?P<per>(?:\s*/\s*(?:{_UNIT}){_WORD_END}
      |\s*(?:per|a|an|each|every)\s+(?:day|week|month|year|hour|kg|kilogram|dose)\b)*)
    (?P<after>\s*(?:years?\s+(?:of\s+age\s+)?)?(?:or|and)\s+(?:more|longer|older|over|above|higher|greater|less|fewer
      |younger|under|below|lower)\b|\s*\+|\s*[及或]?(?:以上|以下|以内))?""",
    re.IGNORECASE | re.VERBOSE,
)
_PEOPLE = r"(?:people|persons|patients|women|men|adults|children)"
_OUT_OF = re.compile(
    rf"({NUMBER})\s*(?:{_PEOPLE}\s+)?(?:out\s+of|in|of)\s+(?:every\s+)?({NUMBER})"
    rf"(?:\s+{_PEOPLE}|(?!\s*(?:{_UNIT}){_WORD_END}))"
    rf"|每\s*({NUMBER})\s*[个名位]?人?中?(?:约|有|大约)*\s*({NUMBER})\s*[个名位]?人?",
    re.IGNORECASE,
)
_EVERY = re.compile(
    rf"\bevery\s+({NUMBER})(?:\s*(?:[-–]|to)\s*({NUMBER}))?\s+(hours?|days?|weeks?|months?|years?)\b"
    rf"|每隔?\s*({NUMBER})\s*(?:[-–~～至到]\s*({NUMBER})\s*)?(小时|个小时|天|日|周|个月|月|年)",
    re.IGNORECASE,
)
_TIMES = re.compile(
    rf"""{_BEFORE}\s*\b(?:(?P<once>once)|(?P<twice>twice)|(?P<times>{NUMBER})\s+times)\s*
    (?:(?:a|per|each|every)\s+|/)?(?P<period>day|daily|week|weekly|month|monthly|year|yearly)\b
    |每\s*(?P<每>[日天周月年])\s*(?P<次>{NUMBER})\s*次""",
    re.IGNORECASE | re.VERBOSE,
)
_PERIODS = {
    written: period
    for period, words in (
        ("day", "daily 日 天"),
        ("week", "weekly 周"),
        ("month", "monthly 月"),
        ("year", "yearly 年"),
    )
    for written in words.split()
}
_OR_MORE = re.compile("more|longer|older|over|above|higher|greater|\\+|以上", re.IGNORECASE)


_CHANGE = re.compile(
    r"\b(?:(?P<double>double|doubling|twice)|(?P<half>halve|halving|half)|(?P<triple>triple|tripling))\s+"
    r"(?:the|your|a|this|that)\s+(?:usual\s+)?dose\b"
    "|剂量(?:(?P<加>加倍|翻倍)|(?P<减>减半))|(?P<倍>加倍|翻倍)剂量",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantity:
    """One quantity; equal ones say the same."""

    low: Decimal
    high: Decimal  #: As ``low`` where no range is stated.
    unit: str  #: Of one kind, such as ``mg``, ``mg/day``, ``time/week``, ``%``; empty for a bare number.
    bound: Bound = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """A quantity and where a text states it."""

    quantity: Quantity
    start: int
    end: int


def find_quantities(text: str) -> list[Stated]:
    """All quantities of ``text``, in their order; a stretch is read once, by the most telling pattern."""
    found: list[Stated] = []
    for reader in (_read_changes, _read_out_of, _read_times, _read_every, _read_plain):
        taken = [(stated.start, stated.end) for stated in found]
        found += (
            stated
            for stated in reader(text)
            if not any(stated.start < end and start < stated.end for start, end in taken)
        )
    return sorted(found, key=lambda stated: stated.start)


def unsupported(text: str, sources: Iterable[str]) -> list[Stated]:
    """The quantities of ``text`` that none of ``sources`` states."""
    stated = {one.quantity for source in sources for one in find_quantities(source)}
    return [one for one in find_quantities(text) if not _is_among(one.quantity, stated)]


def _is_among(quantity: Quantity, stated: set[Quantity]) -> bool:
    if quantity in stated:
        return True
    # "65 or older" leaves its years unsaid.
    return quantity.unit == "" and any(
        one.unit == "month" and one.bound == quantity.bound and one.low == 12 * quantity.low for one in stated
    )


def _read_changes(text: str) -> Iterator[Stated]:
    """Doses that are changed by a factor: "double the dose"."""
    for found in _CHANGE.finditer(text):
        half, triple = found["half"] or found["减"], found["triple"]
        factor = Decimal("0.5") if half else Decimal(3) if triple else Decimal(2)
        yield _stated(found, Quantity(low=factor, high=factor, unit="fold"))


def _read_out_of(text: str) -> Iterator[Stated]:
    """Natural frequencies, as percentages."""
    for found in _OUT_OF.finditer(text):
        part, whole = (found[1], found[2]) if found[1] else (found[4], found[3])
        number, of = read_number(part), read_number(whole)
        if of >= 10 and number <= of:
            share = (100 * number / of).normalize()
            yield _stated(found, Quantity(low=share, high=share, unit="%"))


def _read_times(text: str) -> Iterator[Stated]:
    for found in _TIMES.finditer(text):
        written = found["times"] or found["次"]
        number = read_number(written) if written else Decimal(1 if found["once"] else 2)
        period = (found["period"] or found["每"]).lower()
        unit = f"time/{_PERIODS.get(period, period)}"
        bound = _bound(found["before"], None)
        yield _stated(found, Quantity(low=number, high=number, unit=unit, bound=bound))


def _read_every(text: str) -> Iterator[Stated]:
    for found in _EVERY.finditer(text):
        low, high, spelled = found.group(1, 2, 3) if found[1] else found.group(4, 5, 6)
        unit, factor = UNITS[spelled.lower()]
        yield _stated(
            found,
            Quantity(low=_value(low, factor), high=_value(high or low, factor), unit=f"every {unit}"),
        )


def _read_plain(text: str) -> Iterator[Stated]:
    for found in _QUANTITY.finditer(text):
        if not (found["unit"] or found["low"][0].isdecimal()):
            continue  # "one of them", 「一般」
        unit, factor = UNITS[found["unit"].lower()] if found["unit"] else ("", Decimal(1))
        yield _stated(
            found,
            Quantity(
                low=_value(found["low"], factor),
                high=_value(found["high"] or found["low"], factor),
                unit=unit + (f"/{_PERIODS[found['each']]}" if found["each"] else _per(found["per"])),
                bound=_bound(found["before"], found["after"]),
            ),
        )


def _value(written: str, factor: Decimal) -> Decimal:
    return (read_number(written) * factor).normalize()


def _per(written: str) -> str:
    parts = re.findall(
        rf"({_UNIT}){_WORD_END}", re.sub(r"\b(?:per|an?|each|every)\s+", "/", written), re.IGNORECASE
    )
    return "".join(f"/{part.lower()}" for part in parts)


def _bound(before: str | None, after: str | None) -> Bound:
    if before:
        return _BOUNDS[" ".join(before.lower().split())]
    if not after:
        return ""
    return ">=" if _OR_MORE.search(after) else "<="


def _stated(found: re.Match[str], quantity: Quantity) -> Stated:
    return Stated(quantity=quantity, start=found.start(), end=found.end())
