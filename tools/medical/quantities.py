"""The quantities that a text states: doses, ranges, bounds, frequencies, shares, ages, durations.

Each is read by itself: "5 mg twice a day" states an amount and a frequency, in any order and with any words
between. Two wordings of one quantity come to equal values: "0.5 g" and "500 mg", "every 6 months" and
「一年两次」, "5 in 100" and "5%". What differs in value, unit or bound differs here.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from tools.medical.bounds import AFTER, BEFORE, Bound, bound_of
from tools.medical.frequencies import read_frequencies
from tools.medical.numerals import NUMBER, read_number
from tools.medical.quantity import Quantity, Stated, supports
from tools.medical.shares import read_changes, read_shares, read_trimesters
from tools.medical.units import UNITS

_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_WORD_END = r"(?![A-Za-z])"
_DASH = "(?:[-–—~～]|to|and|至|到)"
_PER_UNIT = (
    f"(?:kg|kilograms?|m2|m²|dl|ml|l|liters?|litres?|公斤|千克|平方米|毫升|分升|升)(?:体重)?{_WORD_END}"
)
_AMOUNT = re.compile(
    rf"""(?P<each>每\s*(?:公斤|千克|kg)(?:体重)?\s*(?:每次)?)?{BEFORE}(?:[饮喝吃服用走步行睡测做摄入补打注]{{1,3}})?\s*
    (?P<age>\b(?:aged?(?:\s+of)?|before|by)\s+)?
    (?<![A-Za-z\d.,])(?<![A-Za-z]-)(?!十分(?!钟))(?!one\s+day\s+to\s+the\s+next)(?P<ordinal>第)?(?P<low>{NUMBER})
    (?:\s*(?:{_UNIT})?\s*{_DASH}\s*(?P<high>{NUMBER}|an(?=\s+hour\b)))?
    (?P<between>\s+or\s+(?:more|fewer|less)(?=\s))?
    (?:\s*-?\s*(?P<unit>{_UNIT}){_WORD_END}|\s+(?!of\b)[a-z]{{4,}}\s+(?P<later>doses?|days?|weeks?|months?|years?|hours?){_WORD_END})?
    (?P<per>(?:(?:\s+of\s+[a-z-]+)?\s*(?:/|\bper\b|\b(?:for\s+)?each\b)\s*{_PER_UNIT})*)
    (?:\s+(?:of\s+(?:your|the|their)\s+)?(?!or\b)[a-z]+(?=\s+or\s+(?:more|fewer|less)\b))?{AFTER}""",
    re.IGNORECASE | re.VERBOSE,
)
# "For a week": the article counts.
_ARTICLE = re.compile(
    rf"""\b(?:for|within|in|after|than|least|about|most|up\s+to)\s+(?P<low>an?)\s+(?P<unit>minute|hour|day|week|month|year)\b{AFTER}
    |\b(?:in|within|during)\s+(?P<first>the\s+first)\s+(?P<whole>hour|day|week|month|year)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NTH = re.compile(
    r"\b(?P<word>first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th)\s+(?:day|week|month|dose|year)\b"
    r"|\b(?:day|week|month|dose|year)\s+(?P<figure>\d+)\b|(?:第(?P<中>[一二三四五\d]+)|(?P<首>[首初]))(?=[天日周月年剂针次])",
    re.IGNORECASE,
)
_NTH_WORDS = {
    word: n
    for n, pair in enumerate(("first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th"), 1)
    for word in pair.split()
}
_FEW = frozenset("一二两")  # 「一次」 and 「两次」 alone tell which time, not how often
_REMEMBERED = 2048  # texts: the gates read each passage once for each sentence, draft and round
_GROWN = 18 * 12  # months
_UNCOUNTED = frozenset(("time", "person", "point"))
_SOFTENED: Mapping[Bound, Bound] = {">": ">=", "<": "<="}
_DENIAL = re.compile(r"\b(?:not|never|avoid|against|cannot)\b|n['’]t\b|[不勿]|避免|禁止", re.IGNORECASE)
# "Not for people with more than 3" denies the use, not the quantity.
_WHOM = re.compile(
    r"\b(?:patients?|people|adults?|children|women|men|those|anyone|persons?|with|who|whose)\b|患者|者|人",
    re.IGNORECASE,
)
_RIGHT_BEFORE = re.compile(
    r"(?:\b(?:not|never)|n['’]t|\bavoid\w*)(?:\s+(?!(?:for|in|to|with)\b)[a-z]+){0,3}(?:\s+for)?\s*$"
    "|[不勿别](?:应该?|得|能|要|可以?|宜|推荐|建议)?[^，。；对于在为给]{0,6}$",
    re.IGNORECASE,
)
_OF_SOMEBODY = re.compile("的?(?:患者|者|人)")
_LOOSE = re.compile(
    r"\b(?:within|(?:in|during)\s+the\s+first|only|restrict\w+|limit\w*)\b|(?<![不未])满(?=[^，。；]{0,4}[周天月日])|[限控]制在|只能|[天日周月年时钟]\s*(?:以|之)?内",
    re.IGNORECASE,
)
_BEDTIME = re.compile(r"\b(?:at|before)\s+(?:bedtime|going\s+to\s+bed)\b|睡前", re.IGNORECASE)
_VAGUE = re.compile("以[上下内]")  # may hold the bound itself or not
_CLAUSE = re.compile(
    r"[,;.:()，。；：（）]\s|[，。；：（）]|\b(?:if|when|while|because|who|whose|but|than to)\b"
    "|如果|时(?![间候])",
    re.IGNORECASE,
)


@lru_cache(maxsize=_REMEMBERED)
def find_quantities(text: str) -> tuple[Stated, ...]:
    """All quantities of ``text``, in their order; a stretch is read once, by the most telling pattern."""
    found: list[Stated] = []
    for reader in _READERS:
        for stated in reader(text):
            if not any(stated.start < one.end and one.start < stated.end for one in found):
                found.append(
                    replace(
                        stated,
                        # "Not for those under 14" is not "for those of 14 and over".
                        is_denied=not stated.is_age and _is_denied(text, stated),
                        is_capped=_is_capped(text, stated),
                        is_loose=_is_loose(text, stated),
                        is_vague=bool(_VAGUE.search(text[stated.start : stated.end])),
                    )
                )
    if any(stated.quantity.unit == "%" for stated in found):
        found = [_time_frame(text, stated) for stated in found]
    return tuple(sorted(found, key=lambda stated: stated.start))


def _time_frame(text: str, stated: Stated) -> Stated:
    """ "25 in 1000 over 5 years": beside a share, what stands after "over" is how long, not a bound."""
    one = stated.quantity
    is_time = one.unit in ("minute", "month") and (one.unit == "minute" or one.high < _GROWN)
    if is_time and text[stated.start : stated.end].lower().startswith("over"):
        return replace(stated, quantity=replace(one, bound=""))
    return stated


def unsupported(text: str, sources: Iterable[str], *, loosely: bool = False) -> list[Stated]:
    """The quantities of ``text`` that none of ``sources`` states.

    Args:
        loosely: Whether a quantity of ``text`` without a bound is stated by one that has a bound.
    """
    stated = [one for source in sources for one in (*find_quantities(source), *_daily(source))]
    wanted = [replace(one, is_loose=one.is_loose or loosely) for one in find_quantities(text)]
    return [one for one in wanted if not any(supports(other, one) for other in stated)]


def _daily(source: str) -> list[Stated]:
    """How often what is taken "at bedtime" is taken, where ``source`` says no other frequency."""
    known = any(one.quantity.unit == "time/week" for one in read_frequencies(source))
    found = None if known else _BEDTIME.search(source)
    once = Quantity(low=Fraction(7), high=Fraction(7), unit="time/week")
    return [Stated(quantity=once, start=found.start(), end=found.end())] if found else []


def _is_denied(text: str, stated: Stated) -> bool:
    """Whether a denial stands before it, in its clause."""
    clause = _CLAUSE.split(text[: stated.start])[-1]
    denials = list(_DENIAL.finditer(clause))
    return bool(denials) and not _WHOM.search(clause, denials[-1].end())


def _is_capped(text: str, stated: Stated) -> bool:
    """Whether a denial stands right before its bound, and nobody's age or illness is bounded by it."""
    is_of_somebody = stated.is_age or _OF_SOMEBODY.match(text, stated.end)
    return not is_of_somebody and bool(_RIGHT_BEFORE.search(text[: stated.start]))


def _is_loose(text: str, stated: Stated) -> bool:
    """Whether its bound may go unsaid: "within 3 days" and "in 3 days"; of 「（4周）」 it stands before."""
    return bool(_LOOSE.search(text[stated.start : stated.end])) or text[: stated.start].endswith(("(", "（"))


def _read_ordinals(text: str) -> Iterator[Stated]:
    """Days, weeks and doses by number: "the first day", "day 1", 「第1天」."""
    for found in _NTH.finditer(text):
        number = (
            Fraction(_NTH_WORDS[found["word"].lower()])
            if found["word"]
            else read_number("1" if found["首"] else found["figure"] or found["中"])
        )
        yield Stated(
            quantity=Quantity(low=number, high=number, unit="nth"), start=found.start(), end=found.end()
        )


def _read_amounts(text: str) -> Iterator[Stated]:
    for found in _AMOUNT.finditer(text):
        if _is_counted(found):
            yield from _amounts(found)


def _read_articles(text: str) -> Iterator[Stated]:
    for found in _ARTICLE.finditer(text):
        unit, factor = UNITS[(found["unit"] or found["whole"]).lower()]
        start, end = found.start(), found.end()
        bound = bound_of(None, found["after"])
        yield Stated(quantity=Quantity(low=factor, high=factor, unit=unit, bound=bound), start=start, end=end)


def _is_counted(found: re.Match[str]) -> bool:
    """Whether it counts: not "one of them", 「一般」, 「一位医生」."""
    is_figure = not found["low"].isalpha()
    unit = found["unit"] or found["later"]
    if not unit:
        return is_figure or (
            bool(found["before"] or found["age"]) and found["low"].lower() not in ("one", "一")
        )
    kind, _ = UNITS[unit.lower()]
    return (
        is_figure
        or kind not in _UNCOUNTED
        or not (set(found["low"]) <= _FEW or found["low"].lower() == "one")
    )


def _amounts(found: re.Match[str]) -> Iterator[Stated]:
    whole = _amount(found)
    if whole.quantity.low <= whole.quantity.high:
        yield whole
        return
    # "From 4% below age 45 to 30%": no range, but two quantities.
    middle, one = found.end("low"), whole.quantity
    age = read_number(found["low"])
    first = Quantity(low=age, high=age, unit="", bound=bound_of(found["before"], None))
    yield replace(whole, quantity=first, end=middle)
    yield replace(whole, quantity=replace(one, low=one.high, bound=""), start=middle)


def _high(found: re.Match[str]) -> Fraction:
    return Fraction(1) if found["high"] == "an" else read_number(found["high"] or found["low"])


def _amount(found: re.Match[str]) -> Stated:
    spelled = found["unit"] or found["later"]
    unit, factor = UNITS[spelled.lower()] if spelled else ("", Fraction(1))
    for written in re.findall(_PER_UNIT, f"{found['per']} {found['each'] or ''}", re.IGNORECASE):
        name = written.lower().removesuffix("体重")
        per, by = UNITS.get(name, (name, Fraction(1)))
        unit, factor = f"{unit}/{per}", factor / by
    bound = bound_of(found["before"], found["between"] or found["after"])
    is_age = bool(found["age"]) or bool(
        re.search("old|age|young|岁|龄", f"{spelled or ''}{found['after'] or ''}{found['before'] or ''}")
    )
    if not is_age and (unit == "minute" or spelled in ("个月", "月", "年")):
        # Of a time, "over 3 days" and "3 days or more" say the same; of an age they do not.
        bound = _SOFTENED.get(bound, bound)
    quantity = Quantity(
        low=read_number(found["low"]) * factor,
        high=_high(found) * factor,
        unit=unit,
        bound=bound,
    )
    return Stated(quantity=quantity, start=found.start(), end=found.end(), is_age=is_age)


_READERS: tuple[Callable[[str], Iterator[Stated]], ...] = (
    read_changes,
    read_trimesters,
    read_shares,
    read_frequencies,
    _read_articles,
    _read_ordinals,
    _read_amounts,
)
