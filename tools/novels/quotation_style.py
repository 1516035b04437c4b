"""How a book sets its dialogue apart."""

import re
from collections import Counter
from enum import Enum, auto
from itertools import islice

from tools.novels.quotation_marks import SINGLE, Facing, iter_marks
from tools.text.paragraphs import iter_paragraphs

_SAMPLE = 50_000  # marks that are looked at
_BEFORE_SPEECH = frozenset("\n,:;.!?—–-，：；。！？…")
_DIALOGUE_DASH = re.compile(r"\s*(?:[—–―]{1,2}|--)[ \u00a0\u3000]?[^\W_]")
_FEW = 3  # with fewer paragraphs that begin with a dash, dashes are not the book's style
_RARE = 0.05  # as a share of all paragraphs


class Style(Enum):
    """What a book puts around dialogue."""

    MARKS = auto()  #: Double marks, corner or angle brackets. Single marks are nested or apostrophes.
    SINGLE = auto()  #: Single marks. Double marks are nested.
    DASH = auto()  #: A dash at the start of the paragraph.


def find_style(text: str) -> Style:
    """The style of the whole text, by what most often begins where speech begins.

    Single marks are the style when more of them than of all others open at the start of a line or behind
    punctuation (as many, if one of them is the first), and most of those that open are matched by one that
    closes.
    """
    openings: Counter[bool] = Counter()
    single_closings = 0
    for mark in islice(iter_marks(text, with_single=True), _SAMPLE):
        is_single = mark.family is SINGLE
        if mark.facing is Facing.OPENS and _character_before(text, mark.position) in _BEFORE_SPEECH:
            openings[is_single] += 1
        single_closings += is_single and mark.facing is Facing.CLOSES
    if _dash_paragraphs(text) > sum(openings.values()):
        return Style.DASH
    most_common = openings.most_common(1)  # of equal counts, the one that was met first
    if most_common and most_common[0][0] and 2 * single_closings > openings[True]:
        return Style.SINGLE
    return Style.MARKS


def begins_with_dash(text: str, start: int) -> bool:
    """Whether the paragraph at ``start`` begins like dash dialogue."""
    return _DIALOGUE_DASH.match(text, start) is not None


def _dash_paragraphs(text: str) -> int:
    """How many paragraphs begin like dash dialogue; 0 when these are stray ones."""
    found = total = 0
    for start, _ in iter_paragraphs(text):
        total += 1
        found += begins_with_dash(text, start)
    return found if found >= _FEW and found > _RARE * total else 0


def _character_before(text: str, position: int) -> str:
    """The last character before ``position`` that is no blank; a line break at the start."""
    position -= 1
    while position >= 0 and text[position] in " \t\u00a0\u3000_*":
        position -= 1
    return text[position] if position >= 0 else "\n"
