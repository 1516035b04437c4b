"""When a text was written: dates of many forms, and the periods that they fall into."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

Period = Literal["year", "quarter", "month"]
PERIODS: tuple[Period, ...] = ("year", "quarter", "month")

_YEARS = range(1000, 2200)
_MOST_MONTHS = 24  # that are shown one by one
_MOST_QUARTERS = 24
_YEAR_FIRST = re.compile(
    r"^\D{0,3}((?:1\d|20|21)\d\d)(?:\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2}))?)?(?!\d)"
)
_COMPACT = re.compile(r"^((?:1\d|20|21)\d\d)(\d\d)(\d\d)?$")
_YEAR_LAST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.]((?:1\d|20)\d\d)(?!\d)")
_NAMED = re.compile(
    r"^(?:(\d{1,2})\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s*(?:(\d{1,2}),?\s+)?(\d{4})",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SECONDS = re.compile(r"^-?\d{9,10}$")
_MILLISECONDS = re.compile(r"^-?\d{12,13}$")
_QUARTER = re.compile(r"^(\d{4})\s*[-/]?\s*[Qq]([1-4])$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date as far as it was given."""

    year: int
    month: int | None = None
    is_ambiguous: bool = False  #: Month and day may be the other way round.

    def period(self, period: Period) -> str | None:
        """Its name in periods of this length: "2024", "2024-Q1", "2024-03"; None without a month."""
        if period == "year":
            return str(self.year)
        if self.month is None:
            return None
        if period == "quarter":
            return f"{self.year}-Q{(self.month + 2) // 3}"
        return f"{self.year}-{self.month:02d}"


def read_moment(value: str) -> Moment | None:
    """The date that a cell holds; None where it holds none.

    Numbers of 9, 10, 12 or 13 digits are seconds or milliseconds since 1970. Of 3/4/2024 the month is taken
    to come first, as in the United States, and the moment says that it may be otherwise.
    """
    text = value.strip()
    if not text:
        return None
    if found := _QUARTER.match(text):
        return _moment(int(found[1]), 3 * int(found[2]) - 2)
    if found := _COMPACT.match(text):
        return _moment(int(found[1]), int(found[2]), int(found[3] or 1))
    if _SECONDS.match(text) or _MILLISECONDS.match(text):
        return _since_1970(int(text) / (1000 if _MILLISECONDS.match(text) else 1))
    if found := _YEAR_FIRST.match(text):
        return _moment(int(found[1]), int(found[2]) if found[2] else None, int(found[3] or 1))
    if found := _YEAR_LAST.match(text):
        return _year_last(int(found[1]), int(found[2]), int(found[3]))
    if found := _NAMED.match(text):
        month = _MONTHS.index(found[2].lower()) + 1
        return _moment(int(found[4]), month, int(found[1] or found[3] or 1))
    return None


def _moment(year: int, month: int | None = None, day: int = 1) -> Moment | None:
    if year not in _YEARS:
        return None
    try:
        date(year, month or 1, day)
    except ValueError:
        return None
    return Moment(year=year, month=month)


def _year_last(first: int, second: int, year: int) -> Moment | None:
    if first > 12:
        return _moment(year, second, first)
    found = _moment(year, first, second)
    if found is None or second > 12 or first == second:
        return found
    return Moment(year=year, month=first, is_ambiguous=True)


def _since_1970(seconds: float) -> Moment | None:
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return _moment(moment.year, moment.month)


def fitting_period(moments: Sequence[Moment]) -> Period:
    """Months for up to two years, quarters for up to six, else years; years, too, without months."""
    known = [12 * moment.year + moment.month for moment in moments if moment.month is not None]
    if len(known) < 0.9 * len(moments) or not known:
        return "year"
    span = max(known) - min(known) + 1
    if span <= _MOST_MONTHS:
        return "month"
    return "quarter" if span <= 3 * _MOST_QUARTERS else "year"
