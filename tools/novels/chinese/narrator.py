"""Finding a first-person narrator, and the name that others call him or her."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from tools.novels.chinese.references import Kind, Reference
from tools.novels.chinese.vocatives import is_called
from tools.novels.types import Mention, Span

_FIRST_PERSON = re.compile("(?<!自)我(?![们国军党方])")
_SHARE = 0.003  # first-person words per character of narration, far above what asides to the reader make
_NARRATED_SHARE = 0.2  # a narrator hardly uses his own name: the most of its uses outside quotations
_FEWEST_CALLS = 2


def first_person(text: str, spans: Sequence[Span]) -> int | None:
    """Where 「我」 first stands in the narration, if 「我」 tells the story, by the share of such words."""
    places: list[int] = []
    length = 0
    for span in spans:
        if not span.is_quotation:
            places += (match.start() for match in _FIRST_PERSON.finditer(text, span.start, span.end))
            length += span.end - span.start
    return places[0] if len(places) > max(2, _SHARE * length) else None


def find_narrator(text: str, spans: Sequence[Span], people: Sequence[Sequence[Mention]]) -> int | None:
    """Which of the people tells the story: whom the others call most and the narration hardly names."""
    starts = [span.start for span in spans]
    best, most = None, _FEWEST_CALLS - 1
    for index, mentions in enumerate(people):
        narrated = calls = 0
        for mention in mentions:
            quoted = spans[bisect_right(starts, mention.start) - 1].is_quotation
            narrated += not quoted
            calls += quoted and is_called(
                text, Reference(mention.start, mention.end, Kind.NAME, None, "unknown")
            )
        if calls > most and narrated <= _NARRATED_SHARE * len(mentions):
            best, most = index, calls
    return best
