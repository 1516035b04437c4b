"""Whom a quotation addresses: "Yes, Mr. Darcy,", "my dear Emma!", "sir"."""

import re

from tools.novels.english.lexicon import ADDRESSES
from tools.novels.types import Gender

_LEADING = (
    "oh|ah|o|no|yes|well|why|and|but|now|come|nay|indeed|good|poor|my|dear|dearest|sweet|beloved|darling|old"
    "|the"
)
_FOND = "my|dear|dearest|oh|poor|o|sweet|beloved|darling"
_BEFORE = re.compile(rf"(?:[\"“‘'(—.!?,;:]|--)\s*(?:(?:{_LEADING})[\s,!]+){{0,4}}_?\Z", re.I)
_AFTER = re.compile(r"_?\s*(?:[,.!?\"”]|['’](?!\w)|\Z)")
_FONDLY = re.compile(rf"\b(?:{_FOND})[\s,]+\Z", re.I)
_FORMS = "|".join(map(re.escape, sorted(ADDRESSES, key=len, reverse=True)))
_NAMELESS = re.compile(
    rf"[,!.?—\"“‘]\s*(?:(?:my|dear|dearest|good|old|oh|yes|no|well),?\s+){{0,4}}({_FORMS})\s*[,.!?;—\"”’]",
    re.I,
)
_WINDOW = 32  # characters before a name that hold the words of an address


def is_vocative(text: str, start: int, end: int, quote_start: int, quote_end: int) -> bool:
    """Whether the name ``text[start:end]`` in a quotation calls somebody.

    It stands between signs, perhaps with "yes" or "my dear" before it. An apposition looks the same.
    """
    before = text[max(quote_start, start - _WINDOW) : start]
    if not _AFTER.match(text, end, quote_end):
        return False
    return bool(_BEFORE.search(before) or _FONDLY.search(before))


def vocative_gender(text: str, start: int, end: int) -> Gender:
    """The gender of the person that a quotation calls "sir", "ma'am" and the like."""
    forms = (match.group(1).lower() for match in _NAMELESS.finditer(text, start, end))
    genders: list[Gender] = sorted({ADDRESSES[form] for form in forms})
    return genders[0] if len(genders) == 1 else "unknown"
