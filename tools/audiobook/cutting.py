"""Where a stretch of a novel is cut into what is spoken in one go: between sentences, if one fits."""

import re
from bisect import bisect_right
from collections.abc import Iterator

#: Characters of a line: ten to fifteen seconds, what every model of speech takes, and little to do again.
LIMIT = {"en": 240, "zh": 90}

_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+|[。！？…]+[”’」』）】]*\s*")
_CLAUSE_END = re.compile(r"[,;:—–][\"'”’»)\]]*\s+|[，、；：—]+[”’」』）】]*\s*|—")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Prof|Capt|Col|Gen|Lt|Sgt|Rev|Hon|Esq|No|vs)|\b[A-Z])\.\s+$"
)
_SLACK = 1.25  # a sentence that is hardly too long stays whole


def cut(text: str, start: int, end: int, limit: int) -> Iterator[int]:
    """The ends of the pieces of ``text[start:end]``, the last one being ``end``."""
    ends = [*_sentence_ends(text, start, end), end]
    while start < end:
        at = bisect_right(ends, start + limit)
        if at and ends[at - 1] > start:
            start = ends[at - 1]
        elif ends[at] - start <= limit * _SLACK:
            start = ends[at]
        else:
            start = _clause_end(text, start, start + limit)
        yield start


def _sentence_ends(text: str, start: int, end: int) -> Iterator[int]:
    for found in _SENTENCE_END.finditer(text, start, end):
        if found.end() < end and not (
            text[found.end()].islower()
            or _ABBREVIATION.search(text, max(start, found.start() - 6), found.end())
        ):
            yield found.end()


def _clause_end(text: str, start: int, latest: int) -> int:
    """The last good place before ``latest``: behind a clause, else between words, else there."""
    earliest = start + (latest - start) // 2
    clauses = [found.end() for found in _CLAUSE_END.finditer(text, earliest, latest)]
    if clauses:
        return clauses[-1]
    blank = max(text.rfind(" ", earliest, latest), text.rfind("\n", earliest, latest))
    return blank + 1 if blank >= 0 else latest
