"""Parts of a whole and factors: "1 in 10 people", "half of patients", 「七成」, "double the dose"."""

import re
from collections.abc import Iterator
from fractions import Fraction

from tools.medical.bounds import BEFORE, bound_of
from tools.medical.numerals import NUMBER, read_number
from tools.medical.quantity import Quantity, Stated
from tools.medical.units import UNITS

_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_PEOPLE = (
    r"(?:(?:adult|older|young|pregnant|affected|treated|untreated)\s+)?"
    r"(?:people|persons|patients|women|men|adults|children|babies|infants|teenagers|births|pregnancies|cases)"
)
_WHO = "(?:[个名位例]?(?:成年人|成人|患者|病人|孩子|儿童|女性|男性|孕妇|老人|老年人|人)?)"
_OUT_OF = re.compile(
    rf"{BEFORE}(?P<low>{NUMBER})(?:\s*(?:[-–]|to)\s*(?P<high>{NUMBER}))?\s*(?:(?:{_PEOPLE}|(?!(?:{_UNIT})\b)[a-z]+)\s+)?(?:out\s+of|in|of|per)\s+(?:every\s+)?(?P<whole>{NUMBER})"
    rf"(?:\s+{_PEOPLE}|(?!\s*(?:{_UNIT})(?![A-Za-z])))"
    rf"|(?:每\s*|(?={NUMBER}\s*{_WHO}[里中]))(?P<全>{NUMBER})\s*{_WHO}[里中]?当?中?(?:[大约有就会可能出现]*)\s*(?P<部>{NUMBER})\s*{_WHO}"
    rf"|\b(?:out\s+)?of\s+(?:every\s+)?(?P<of>{NUMBER})(?:\s+{_PEOPLE}|(?=,?\s+(?:who|of|that|women|men)\b))(?:\s[^.,;:\d]{{0,40}})?,?\s+(?:only\s+)?(?:about\s+|around\s+|roughly\s+|some\s+)?(?P<then>{NUMBER})(?!\s*(?:{_UNIT})(?![A-Za-z]))",
    re.IGNORECASE,
)
_WORDS = {
    "half": Fraction(50),
    "a third": Fraction(100, 3),
    "one third": Fraction(100, 3),
    "one-third": Fraction(100, 3),
    "two thirds": Fraction(200, 3),
    "two-thirds": Fraction(200, 3),
    "a quarter": Fraction(25),
    "one quarter": Fraction(25),
    "three quarters": Fraction(75),
    "一半": Fraction(50),
    "半数": Fraction(50),
    "三分之一": Fraction(100, 3),
    "三分之二": Fraction(200, 3),
    "四分之一": Fraction(25),
    "四分之三": Fraction(75),
}
_PART = re.compile(
    rf"{BEFORE}"
    r"(?P<part>\b(?:half|an?\s+third|one[- ]third|two[- ]thirds|(?:a|one)\s+quarter|three\s+quarters)\b"
    rf"(?=\s+(?:of\s+)?(?:(?:all|the|these|those|them|affected|our)\s+)*(?:{_PEOPLE}|them)\b)|一半|半数|[三四]分之[一二三])"
    r"|(?P<tenths>[一二两三四五六七八九])成(?!人|年|分)",
    re.IGNORECASE,
)
_FOLD = re.compile(
    rf"{BEFORE}(?:(?P<twice>twice|double)|(?P<low>{NUMBER})(?:\s*[-–]\s*(?P<high>{NUMBER}))?\s+times)\s+"
    r"(?:as\s+(?:likely|common|high|often|many|much)|more\s+(?:likely|common|often)|higher|greater|the\s+risk)\b"
    r"|\b(?P<fold>two|three|four|five|six|seven|eight|nine|ten)-?fold\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:(?P<double>doubled?|doubling|twice)|(?P<half>halved?|halving|half)|(?P<triple>tripled?|tripling))\s+"
    r"(?:of\s+)?(?:the|your|a|this|that)\s+(?:(?:usual|normal|standard|recommended|adult)\s+)?(?:dose|amount)\b"
    "|剂量(?:(?P<加>加倍|翻倍)|(?P<减>减半))|(?P<倍>加倍|翻倍)剂量|(?P<半量>半量|一半剂量|剂量的一半)",
    re.IGNORECASE,
)
_TRIMESTER = re.compile(
    r"\b(?:(?P<first>first|1st)|(?P<second>second|2nd|middle)|(?P<third>third|3rd|last|final))\s+"
    r"(?:trimester|(?:three|3)\s+months\s+of\s+(?:the\s+|your\s+)?pregnancy)"
    "|(?P<早>孕早期|妊娠早期|怀孕(?:最初|头|前)(?:3|三)个月)|(?P<中>孕中期|妊娠中期|怀孕中期)"
    "|(?P<晚>孕晚期|妊娠晚期|怀孕(?:最后|末|后)(?:3|三)个月)",
    re.IGNORECASE,
)
_LEAST_WHOLE = 2


def read_shares(text: str) -> Iterator[Stated]:
    """Parts of people as percentages."""
    for found in _OUT_OF.finditer(text):
        low = read_number(found["low"] or found["部"] or found["then"])
        high = read_number(found["high"]) if found["high"] else low
        of = read_number(found["whole"] or found["全"] or found["of"])
        if of >= _LEAST_WHOLE and min(low, high) > 0 and max(low, high) < of:
            yield from _out_of(found, 100 * low / of, 100 * high / of)
    for found in _PART.finditer(text):
        words = " ".join((found["part"] or "").lower().replace("-", " ").split()).replace(
            "an third", "a third"
        )
        share = Fraction(10) * read_number(found["tenths"]) if found["tenths"] else _WORDS[words]
        yield _stated(found, share, "%", found["before"])


def _out_of(found: re.Match[str], low: Fraction, high: Fraction) -> Iterator[Stated]:
    bound = bound_of(found["before"], None)
    if low <= high:
        whole = Quantity(low=low, high=high, unit="%", bound=bound)
        yield Stated(quantity=whole, start=found.start(), end=found.end())
        return
    # "Down from 60 to 25 in 1000": no range, but two shares.
    middle = found.start("high")
    first = Quantity(low=low, high=low, unit="%", bound=bound)
    yield Stated(quantity=first, start=found.start(), end=middle)
    yield Stated(quantity=Quantity(low=high, high=high, unit="%"), start=middle, end=found.end())


def read_changes(text: str) -> Iterator[Stated]:
    """Factors: "double the dose", "three times as common"."""
    for found in _CHANGE.finditer(text):
        half, triple = found["half"] or found["减"] or found["半量"], found["triple"]
        yield _stated(found, Fraction(1, 2) if half else Fraction(3 if triple else 2), "fold")
    for found in _FOLD.finditer(text):
        low = Fraction(2) if found["twice"] else read_number(found["low"] or found["fold"])
        high = read_number(found["high"]) if found["high"] else low
        quantity = Quantity(low=low, high=high, unit="fold", bound=bound_of(found["before"], None))
        yield Stated(quantity=quantity, start=found.start(), end=found.end())


def read_trimesters(text: str) -> Iterator[Stated]:
    """Thirds of a pregnancy, by number."""
    for found in _TRIMESTER.finditer(text):
        number = 1 if found["first"] or found["早"] else 2 if found["second"] or found["中"] else 3
        yield _stated(found, Fraction(number), "trimester")


def _stated(found: re.Match[str], value: Fraction, unit: str, before: str | None = None) -> Stated:
    quantity = Quantity(low=value, high=value, unit=unit, bound=bound_of(before, None))
    return Stated(quantity=quantity, start=found.start(), end=found.end())
