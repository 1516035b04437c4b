"""Telling what somebody says from words that only stand in quotation marks.

「咯咯」地笑, 所谓「自由」, the name of an inn: such a quotation grows out of the sentence around it.
A turn stands apart: after a colon or comma, in a paragraph of its own, or closed like a sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.novels.chinese.speech_tags import ends_in_speech_verb, find_speech_verb
from tools.novels.types import Span

_OPENERS = "：:，,。！？!?…—；;”」』\n"  # what may stand before a turn
_SENTENCE_ENDS = "。！？!?…—～~，,；;：:."  # what a turn may end with
_MARKS = "“”「」『』‘’\"'＂"
_BLANKS = " \t\u3000"


@dataclass(frozen=True, slots=True)
class Turn:
    """One quotation in which somebody speaks."""

    quote: int  #: Index into the sequence of spans.
    start: int
    end: int
    continues: bool  #: Whether it goes on with the previous quotation.


def find_turns(text: str, spans: Sequence[Span]) -> list[Turn]:
    """The quotations that are somebody's turn to speak, in text order."""
    return [
        Turn(index, span.start, span.end, span.continues)
        for index, span in enumerate(spans)
        if span.is_quotation and _is_turn(text, span)
    ]


def _is_turn(text: str, span: Span) -> bool:
    inside = text[span.start : span.end].strip(_MARKS + _BLANKS + "\n")
    if not inside:
        return False
    finished = inside[-1] in _SENTENCE_ENDS
    before = text[max(0, span.start - 12) : span.start].rstrip(_BLANKS)
    after = text[span.end : span.end + 24].lstrip(_BLANKS)
    alone_after = not after[:1].isalnum()
    if not before or before[-1] in _OPENERS:
        return finished or alone_after or _tag_follows(after)
    if ends_in_speech_verb(before):
        return True
    return finished and alone_after and len(inside) > 1 and after[:1] not in ("、", "，", "。")


def _tag_follows(after: str) -> bool:
    clause = after.split("。", 1)[0].split("，", 1)[0]
    return find_speech_verb(clause, 0, len(clause)) is not None
