"""Telling turns from words that only stand in quotation marks."""

import pytest

from tools.novels.chinese.turns import find_turns
from tools.novels.types import Span, SpanKind

CASES = {
    "after a colon": ("他说：“好。”", True),
    "after a comma": ("他想了想，“好吧”", True),
    "a paragraph of its own": ("“好”\n", True),
    "closed like a sentence": ("“好。”他说。", True),
    "verb without a colon": ("他说“好”就走了", True),
    "tag after it": ("“好”他说。", True),
    "a sound": ("她“咯咯”地笑", False),
    "a name in the middle": ("在“黑天鹅”酒店前停下", False),
    "a name at the beginning": ("“黑天鹅”酒店到了", False),
    "a word with a comma after it": ("所谓“自由”，不过如此", False),
    "nothing inside": ("他说：“”", False),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_is_a_turn(text: str, expected: bool) -> None:
    start, end = text.index("“"), text.index("”") + 1
    spans = [
        Span(kind=SpanKind.NARRATION, start=0, end=start),
        Span(kind=SpanKind.QUOTATION, start=start, end=end),
        Span(kind=SpanKind.NARRATION, start=end, end=len(text)),
    ]

    assert bool(find_turns(text, spans)) is expected
