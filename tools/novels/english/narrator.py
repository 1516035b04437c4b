"""Finding a first-person narrator, and the name that others call him or her."""

import re
from collections.abc import Sequence

from tools.novels import narrators
from tools.novels.english.vocatives import is_vocative
from tools.novels.types import Mention, Span

_FIRST_PERSON = re.compile(r"\b(?:I|me|my|myself)\b")
_SHARE = 0.002  # first-person words per character of narration, far above what asides to the reader make


def first_person(text: str, spans: Sequence[Span]) -> int | None:
    """Where "I" first stands in the narration, if "I" tells the story, by the share of first-person words."""
    places, length = narrators.narrated_places(text, spans, _FIRST_PERSON)
    if len(places) <= _SHARE * length:
        return None
    return next((place for place in places if text[place] == "I"), None)


def find_narrator(text: str, spans: Sequence[Span], people: Sequence[Sequence[Mention]]) -> int | None:
    """Which of the people tells the story."""

    def is_called(mention: Mention, span: Span) -> bool:
        return is_vocative(text, mention.start, mention.end, span.start, span.end)

    return narrators.find_narrator(spans, people, is_called)
