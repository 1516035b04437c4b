"""Dash dialogue: a dash at the start of the paragraph opens a quotation that no mark closes."""

import re
from collections.abc import Iterator

from tools.novels.quotation_english import LEADING_VERBS
from tools.novels.types import Span, SpanKind

_VERB = "(?:" + "|".join(sorted(LEADING_VERBS)) + ")"
_SPEAKER = (
    r"(?:he|she|they|it|I|we|you|(?:the|a|an|his|her|my|their)(?: \w+){1,3}|[A-Z][\w.]*(?: [A-Z][\w.]*){0,2})"
)
_DASH = r"(?:[—–―]|--)"
# "said she", "the old man asked", up to the next punctuation; dashes may stand around it.
_REPORTING_CLAUSE = re.compile(
    rf"(?<=[,.!?…])\s+(?:{_DASH}\s*)?(?:{_VERB} {_SPEAKER}|{_SPEAKER} {_VERB})\b[^.,:;!?—–―\n]{{0,80}}"
    rf"(?:, (?:and|as|while|then|but) (?:he|she|they|it)\b[^.!?]*)?(?:[.,:;!?]+|$)(?:\s*{_DASH})?"
)


def dash_quotations(text: str, start: int, end: int) -> Iterator[Span]:
    """The quotations of the paragraph ``text[start:end]``, which begins with a dash.

    It is speech to its end but for clauses such as "said he". The end of the paragraph closes it.
    """
    while text[start].isspace():
        start += 1
    for clause in _REPORTING_CLAUSE.finditer(text, start, end):
        if start < clause.start():
            yield _quotation(start, clause.start())
        start = clause.end()
        while start < end and text[start].isspace():
            start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield _quotation(start, end)


def _quotation(start: int, end: int) -> Span:
    return Span(kind=SpanKind.QUOTATION, start=start, end=end)
