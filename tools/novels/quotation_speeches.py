"""Quotations as they are printed: one for each pair of marks, or one piece for each paragraph."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tools.novels.quotation_context import Quoted
from tools.novels.quotation_marks import Facing, Mark, family_of, iter_marks
from tools.novels.quotation_pairs import Pair, pair_marks
from tools.text.paragraphs import Layout, iter_paragraphs

_SPACE = re.compile(r"\s*")
_MOST_MARKS = 1_000  # in one paragraph; whole chapters without a line break hold fewer
_LONGEST_INSERT = 4_000  # characters of a poem or letter, set apart inside a quotation, that are bridged

Speech = list[Quoted]
"""One quotation: a single piece, or one piece per paragraph, each of them opening again."""


@dataclass(slots=True)
class _Paragraph:
    start: int
    end: int
    marks: list[Mark]


def iter_speeches(text: str, layout: Layout, *, with_single: bool) -> Iterator[Speech]:
    """Every outermost quotation of the text, in order."""
    speech: Speech = []
    for paragraph in _marked_paragraphs(text, layout, with_single=with_single):
        if speech:
            speech[-1] = _bridge(speech[-1], paragraph)
        for quoted in _quoted(text, paragraph, speech[-1] if speech else None):
            if speech and not quoted.continues:
                yield speech
                speech = []
            speech.append(quoted)
    if speech:
        yield speech


def _marked_paragraphs(text: str, layout: Layout, *, with_single: bool) -> Iterator[_Paragraph]:
    """The paragraphs that hold a quotation mark; one with very many is cut, to bound memory."""
    paragraphs = iter_paragraphs(text, layout)
    current = _Paragraph(0, 0, [])
    for mark in iter_marks(text, with_single=with_single):
        if mark.position >= current.end and current.marks:
            yield current
        while mark.position >= current.end:
            current = _Paragraph(*next(paragraphs), [])
        current.marks.append(mark)
        if len(current.marks) >= (2 if mark.facing is Facing.OPENS else 1) * _MOST_MARKS:
            end = mark.position + 1
            yield replace(current, end=end)
            current = _Paragraph(end, current.end, [])
    if current.marks:
        yield current


def _bridge(unclosed: Quoted, paragraph: _Paragraph) -> Quoted:
    """Close a quotation that a poem or letter interrupts and that goes on without opening again."""
    mark = paragraph.marks[0]
    is_end = mark.facing is Facing.CLOSES and not mark.misfaced and mark.family == _family(unclosed)
    if unclosed.closed or not is_end or mark.position - unclosed.end > _LONGEST_INSERT:
        return unclosed
    paragraph.marks.pop(0)
    return replace(unclosed, end=mark.position + 1, closed=True)


def _quoted(text: str, paragraph: _Paragraph, previous: Quoted | None) -> Iterator[Quoted]:
    follows = paragraph.start
    for pair in pair_marks(paragraph.marks, text, paragraph.end):
        yield Quoted(
            text=text,
            start=pair.start,
            end=pair.end,
            closed=pair.closed,
            continues=previous is not None and _goes_on(previous, pair),
            paragraph_start=paragraph.start,
            paragraph_end=paragraph.end,
            follows=follows,
        )
        previous, follows = None, pair.end


def _goes_on(previous: Quoted, pair: Pair) -> bool:
    """Whether an unclosed quotation opens again at the start of the next paragraph."""
    if previous.closed or _family(previous) != pair.family:
        return False
    gap = _SPACE.match(previous.text, previous.end)
    return gap is not None and gap.end() == pair.start


def _family(quoted: Quoted) -> str:
    return family_of(quoted.text[quoted.start])
