"""Finding a first-person narrator, and the name that others call him or her."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from tools.novels.english.vocatives import is_vocative
from tools.novels.types import Mention, Span

_FIRST_PERSON = re.compile(r"\b(?:I|me|my|myself)\b")
_SHARE = 0.002  # first-person words per character of narration, far above what asides to the reader make
_NARRATED_SHARE = 0.2  # a narrator hardly uses his own name: the most of its uses outside quotations
_FEWEST_CALLS = 2


def first_person(text: str, spans: Sequence[Span]) -> int | None:
    """Where "I" first stands in the narration, if "I" tells the story, by the share of first-person words."""
    places: list[int] = []
    length = 0
    for span in spans:
        if not span.is_quotation:
            places += (match.start() for match in _FIRST_PERSON.finditer(text, span.start, span.end))
            length += span.end - span.start
    if len(places) <= _SHARE * length:
        return None
    return next((place for place in places if text[place] == "I"), None)


def find_narrator(text: str, spans: Sequence[Span], people: Sequence[Sequence[Mention]]) -> int | None:
    """Which of the people tells the story: whom the others call most and the narration hardly names."""
    starts = [span.start for span in spans]
    best, most = None, _FEWEST_CALLS - 1
    for index, mentions in enumerate(people):
        narrated = calls = 0
        for mention in mentions:
            span = spans[bisect_right(starts, mention.start) - 1]
            if not span.is_quotation:
                narrated += 1
            elif is_vocative(text, mention.start, mention.end, span.start, span.end):
                calls += 1
        if calls > most and narrated <= _NARRATED_SHARE * len(mentions):
            best, most = index, calls
    return best
