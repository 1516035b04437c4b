"""Finding a first-person narrator, and the name that others call him or her."""

import re
from collections.abc import Sequence

from tools.novels import narrators
from tools.novels.chinese.references import Kind, Reference
from tools.novels.chinese.vocatives import is_called
from tools.novels.types import Mention, Span

_FIRST_PERSON = re.compile("(?<!自)我(?![们国军党方])")
_SHARE = 0.003  # first-person words per character of narration, far above what asides to the reader make


def first_person(text: str, spans: Sequence[Span]) -> int | None:
    """Where 「我」 first stands in the narration, if 「我」 tells the story, by the share of such words."""
    places, length = narrators.narrated_places(text, spans, _FIRST_PERSON)
    return places[0] if len(places) > max(2, _SHARE * length) else None


def find_narrator(text: str, spans: Sequence[Span], people: Sequence[Sequence[Mention]]) -> int | None:
    """Which of the people tells the story."""

    def called(mention: Mention, _: Span) -> bool:
        return is_called(text, Reference(mention.start, mention.end, Kind.NAME, None, "unknown"))

    return narrators.find_narrator(spans, people, called)
