"""Stage directions inside a quotation: "Yes (turning to Emma), I have heard of it.\""""

import re
from collections.abc import Iterator
from dataclasses import replace

from tools.novels.types import Span

_PARENTHESIS = re.compile(r"\(([^()]{3,120})\)")
_DIRECTION = re.compile(
    r"(?:\w+ly,? |again |still |half |then )?"
    r"(?!(?:accord|be|bar|consider|concern|do|dur|exclud|except|go|hav|includ|judg|know|mean|ow|regard|say|see"
    r"|suppos|th|think|wish)ing\b)\w{2,}ing\b"
    r"|to (?:him|her|them|the|his|Mr|Mrs|Miss|[A-Z])"
    r"|with (?:a|an|his|her|great|much) "
    r"|in (?:a|an) [\w\s]*\b(?:tone|voice|whisper|manner|breath)\b"
)
_OWN_WORDS = re.compile(r"\b(?:i|me|my|you|your|we|us|our)\b", re.IGNORECASE)
_LETTER = re.compile(r"[^\W_]")


def split_asides(text: str, quotation: Span) -> Iterator[Span]:
    """The quotation without the stage directions in it, which are the narrator's.

    A parenthesis is one when it begins like "turning to her", "with a smile" or "in a low voice" and does not
    say "I", "you" or "we". Everything else in brackets is the speaker's.
    """
    start, continues = quotation.start, quotation.continues
    for found in _PARENTHESIS.finditer(text, quotation.start, quotation.end):
        is_direction = _DIRECTION.match(found[1]) and not _OWN_WORDS.search(found[1])
        if not is_direction or not _LETTER.search(text, found.end(), quotation.end):
            continue
        end = _before_blanks(text, found.start())
        if _LETTER.search(text, start, end):
            yield replace(quotation, start=start, end=end, closed=False, continues=continues)
            start, continues = _behind_blanks(text, found.end()), False
    yield replace(quotation, start=start, continues=continues)


def _before_blanks(text: str, position: int) -> int:
    while text[position - 1].isspace():
        position -= 1
    return position


def _behind_blanks(text: str, position: int) -> int:
    while text[position].isspace():
        position += 1
    return position
