"""A reader that runs the whole English pack over a short text."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pytest

from tools.novels import english
from tools.novels.quotations import find_spans
from tools.novels.types import Attribution, Cast, Character, Mention, NameFacts, Relation, Span


@dataclass
class Book:
    """A text and what the pack makes of it."""

    text: str
    facts: NameFacts | None = None

    @cached_property
    def spans(self) -> list[Span]:
        return find_spans(self.text, "en")

    @cached_property
    def mentions(self) -> list[Mention]:
        return english.find_names(self.text, self.spans, self.facts)

    @cached_property
    def cast(self) -> Cast:
        return english.build_cast(self.text, self.spans, self.mentions, self.facts)

    @cached_property
    def attributions(self) -> list[Attribution]:
        return english.attribute(self.text, self.spans, self.cast)

    @cached_property
    def relations(self) -> list[Relation]:
        return english.find_relations(self.text, self.spans, self.cast, self.attributions)

    @property
    def names(self) -> set[str]:
        return {mention.surface for mention in self.mentions}

    def person(self, alias: str) -> Character:
        """The one character with this name."""
        (found,) = [character for character in self.cast.characters if alias in character.aliases]
        return found

    def name(self, person: str | None) -> str | None:
        """The canonical name of a character id."""
        return next((c.canonical_name for c in self.cast.characters if c.id == person), None)

    def saying(self, words: str) -> Attribution:
        """The attribution of the quotation that holds these words."""
        (found,) = [
            a
            for a in self.attributions
            if words in self.text[self.spans[a.quote].start : self.spans[a.quote].end]
        ]
        return found

    def speakers(self, words: str) -> set[str | None]:
        """The canonical names of all who say these words."""
        return {
            self.name(a.speaker_id)
            for a in self.attributions
            if words in self.text[self.spans[a.quote].start : self.spans[a.quote].end]
        }

    def speaker(self, words: str) -> str | None:
        """The canonical name of who says these words."""
        return self.name(self.saying(words).speaker_id)


@pytest.fixture
def read() -> Callable[..., Book]:
    return Book
