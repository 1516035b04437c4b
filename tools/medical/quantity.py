"""One quantity, and when one says what another says."""

from dataclasses import dataclass, replace
from fractions import Fraction

from tools.medical.bounds import Bound

_FLIPPED: dict[Bound, Bound] = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "": ""}
_DAY, _MONTH = 24 * 60, (28, 31)  # minutes of a day; days of a month
_COUNTED = ("", "time")
_UNSAID = {
    ("month", ""): Fraction(1, 12),  # a bare number may count years
    ("", "month"): Fraction(12),
    ("time/year", "month"): Fraction(12),  # "the annual rate", "in one year"
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantity:
    """One quantity; equal ones say the same."""

    low: Fraction
    high: Fraction  #: As ``low`` where no range is stated.
    unit: str  #: Of one kind, such as ``mg``, ``mg/ml``, ``time/week``, ``%``; empty for a bare number.
    bound: Bound = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """A quantity and where a text states it."""

    quantity: Quantity
    start: int
    end: int
    is_denied: bool = False  #: Whether a denial stands before it in its clause: "not for more than 4 weeks".
    is_capped: bool = (
        False  #: Whether more or less of it is what is denied: "use it not for more than 4 weeks".
    )
    is_age: bool = False  #: Whether it tells how old somebody is.
    is_vague: bool = False  #: Whether its bound may hold the number itself or not: 「以上」.
    is_loose: bool = False  #: Whether its bound may go unsaid: "within 3 days".


def supports(source: Stated, stated: Stated) -> bool:
    """Whether ``source`` states what ``stated`` does."""
    one, other = source.quantity, stated.quantity
    if _bounds_agree(source, stated) and _same_amount(one, other):
        return True
    whole, stated_whole = _whole(one), _whole(other)
    is_other = (whole, stated_whole) != (one, other)
    return is_other and whole.bound == stated_whole.bound == ">=" and _same_amount(whole, stated_whole)


def _whole(one: Quantity) -> Quantity:
    """ "More than 1" of what is counted as "2 or more"."""
    if one.bound == ">" and one.unit in _COUNTED and one.low.denominator == 1:
        return replace(one, low=one.low + 1, high=one.low + 1, bound=">=")
    return one


def _bounds_agree(source: Stated, stated: Stated) -> bool:
    wanted, said = source.quantity.bound, stated.quantity.bound
    if wanted == said:
        is_kept = stated.is_capped or stated.is_denied or source.is_loose or stated.is_loose
        return not wanted or not source.is_capped or is_kept
    if (source.is_vague or stated.is_vague) and _near(wanted, said):
        return True
    if (source.is_loose or stated.is_loose) and not (wanted and said):
        return True
    if said and not wanted and source.quantity.low != source.quantity.high:
        return True  # one end of a range, compared by its value
    # "Do not use it for more than 4 weeks" and "use it for 4 weeks at most" say the same.
    flips: tuple[tuple[bool, Bound, Bound], ...] = (
        (source.is_denied, wanted, said),
        (stated.is_denied, said, wanted),
    )
    return any(is_denied and _near(_FLIPPED[bound], other) for is_denied, bound, other in flips)


def _near(one: Bound, other: Bound) -> bool:
    return bool(one) and one[:1] == other[:1]


def _same_amount(source: Quantity, stated: Quantity) -> bool:
    low, high = source.low, source.high
    if stated.bound and not source.bound and low != high:
        low = high = low if stated.bound.startswith(">") else high
    if stated.unit == "%" and stated.low == stated.high and stated.low in (low, high):
        return True  # "from 45 to 15 per 1000": one of two shares
    ends = zip((low, high), (stated.low, stated.high), strict=True)
    return all(_same(one, source.unit, other, stated.unit) for one, other in ends)


def _same(value: Fraction, unit: str, other: Fraction, other_unit: str) -> bool:
    if unit == other_unit:
        return value == other
    if (unit, other_unit) == ("month", "minute"):
        return _same(other, "minute", value, "month")
    if (unit, other_unit) == ("minute", "month"):
        fewest, most = _MONTH
        return fewest * other <= value / _DAY <= most * other
    # "65 or older" leaves its years unsaid, "130/80" its mmHg, and 「900万」 whom it counts.
    if {unit, other_unit} <= {"", "person", "mmHg"} or {unit, other_unit} == {"", "time"}:
        return value == other
    return (unit, other_unit) in _UNSAID and value * _UNSAID[unit, other_unit] == other
