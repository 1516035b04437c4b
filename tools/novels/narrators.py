"""What finding a first-person narrator has in common in all languages."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

from tools.novels.types import Mention, Span

_NARRATED_SHARE = 0.2  # a narrator hardly uses his own name: the most of its uses outside quotations
_FEWEST_CALLS = 2


def narrated_places(text: str, spans: Sequence[Span], words: re.Pattern[str]) -> tuple[list[int], int]:
    """Where the words stand in the narration, and the narration's length."""
    places: list[int] = []
    length = 0
    for span in spans:
        if not span.is_quotation:
            places += (match.start() for match in words.finditer(text, span.start, span.end))
            length += span.end - span.start
    return places, length


def find_narrator(
    spans: Sequence[Span],
    people: Sequence[Sequence[Mention]],
    is_called: Callable[[Mention, Span], bool],
) -> int | None:
    """Which of the people tells the story: whom the others call most and the narration hardly names.

    Args:
        is_called: Whether a name inside a quotation calls its owner.
    """
    starts = [span.start for span in spans]
    best, most = None, _FEWEST_CALLS - 1
    for index, mentions in enumerate(people):
        narrated = calls = 0
        for mention in mentions:
            span = spans[bisect_right(starts, mention.start) - 1]
            narrated += not span.is_quotation
            calls += span.is_quotation and is_called(mention, span)
        if calls > most and narrated <= _NARRATED_SHARE * len(mentions):
            best, most = index, calls
    return best
