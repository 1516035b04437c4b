"""The result as callers read it: every offset is one into the text as given."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphs.characters.book import Book
from graphs.characters.doubts import Pair
from graphs.characters.importance import importance_of
from graphs.characters.sentences import Sentences
from graphs.characters.shapes import Shape
from graphs.characters.state import Options
from graphs.characters.unsure import unsure_aliases, unsure_speakers
from graphs.notes import Note
from tools.novels.types import Attribution, Cast, Chapter, Character, Evidence, Relation, Span

_QUOTES, _PLACES = Shape(), Shape()
_MOST_EVIDENCE = 20  # places shown for one character or relation; the first ones in the text


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All that the stages found out about one novel."""

    book: Book
    chapters: Sequence[Chapter]
    spans: Sequence[Span]
    cast: Cast
    attributions: Sequence[Attribution]
    relations: Sequence[Relation]
    options: Options
    doubtful: Sequence[Pair] = ()  #: People who may be one.

    @cached_property
    def quotes_by_speaker(self) -> Counter[str]:
        """How many quotations each character says."""
        return Counter(a.speaker_id for a in self.attributions if a.speaker_id)

    @cached_property
    def listed(self) -> list[Character]:
        """The characters that the options keep, in the order of the cast."""
        wanted = [c for c in self.cast.characters if self._is_frequent(c)]
        best = sorted(wanted, key=lambda c: (self.quotes_by_speaker[c.id], len(c.mentions)), reverse=True)
        kept = {c.id for c in best[: self.options.max_characters]}
        return [c for c in wanted if c.id in kept]

    @cached_property
    def names(self) -> dict[str, str]:
        """The canonical name of each id, of characters that are not listed too."""
        return {character.id: character.canonical_name for character in self.cast.characters}

    def _is_frequent(self, character: Character) -> bool:
        return (
            len(character.mentions) >= self.options.min_mentions or self.quotes_by_speaker[character.id] > 0
        )

    def write(self) -> dict[str, Any]:
        """The parts of Output that come from the findings."""
        sentences = Sentences(self.book.text)
        quotes = self._quotes()
        listed = {character.id for character in self.listed}
        speakers = unsure_speakers(quotes, self.options.sure_from)
        return {
            "chapters": [self._chapter(chapter) for chapter in self.chapters],
            "characters": [self._character(character, sentences) for character in self.listed],
            "alias_map": self._alias_map(),
            "quotes": quotes,
            "unsure": [*unsure_aliases(self.doubtful, listed), *speakers],
            "relations": self._relations(),
            "statistics": self._statistics(sentences),
        }

    def _chapter(self, chapter: Chapter) -> dict[str, Any]:
        start, end = self.book.in_source(chapter.start, chapter.end)
        return {"index": chapter.index, "title": chapter.title, "start": start, "end": end}

    def _character(self, character: Character, sentences: Sentences) -> dict[str, Any]:
        first = min((mention.start for mention in character.mentions), default=None)
        counts = Counter(mention.surface for mention in character.mentions)
        return {
            "id": character.id,
            "canonical_name": character.canonical_name,
            "aliases": sorted(set(character.aliases) - {character.canonical_name}),
            "gender": character.gender,
            "importance": importance_of(
                quotes=self.quotes_by_speaker[character.id],
                all_quotes=self.quotes_by_speaker.total(),
                mentions=len(character.mentions),
                all_mentions=self._all_mentions,
            ),
            "mentions": len(character.mentions),
            "quotes": self.quotes_by_speaker[character.id],
            "first_appearance_idx": None if first is None else sentences.index_at(first),
            "evidence": self._places(character.evidence),
            "age": character.age,
            "traits": list(character.traits),
            "is_narrator": character.is_narrator,
            "name_counts": {name: counts[name] for name in (character.canonical_name, *character.aliases)},
            "locked": [],
        }

    @cached_property
    def _all_mentions(self) -> int:
        return sum(len(character.mentions) for character in self.cast.characters)

    def _alias_map(self) -> dict[str, str]:
        owners: dict[str, set[str]] = {}
        for character in self.listed:
            for alias in character.aliases:
                owners.setdefault(alias, set()).add(character.canonical_name)
        ambiguous = set(self.cast.ambiguous)
        return {
            alias: next(iter(names))
            for alias, names in owners.items()
            if len(names) == 1 and alias not in ambiguous
        }

    def _quotes(self) -> list[dict[str, Any]]:
        if not self.options.enable_dialogue:
            return []
        starts = [chapter.start for chapter in self.chapters]
        listed = {character.id for character in self.listed}
        return [self._quote(attribution, starts, listed) for attribution in self.attributions]

    def _quote(
        self, attribution: Attribution, chapter_starts: Sequence[int], listed: set[str]
    ) -> dict[str, Any]:
        span = self.spans[attribution.quote]
        start, end = self.book.in_source(span.start, span.end)
        quote = {
            "id": self.book.quote_id(span),
            "start": start,
            "end": end,
            "text": self.book.source[start:end],
            "chapter": max(0, bisect_right(chapter_starts, span.start) - 1),
            "speaker_id": attribution.speaker_id if attribution.speaker_id in listed else None,
            "speaker": self.names.get(attribution.speaker_id or ""),
            "addressee_id": attribution.addressee_id if attribution.addressee_id in listed else None,
            "method": attribution.method,
            "confidence": attribution.confidence,
            "evidence": self._place(attribution.evidence) if attribution.evidence else None,
        }
        return _QUOTES.row(quote)

    def _relations(self) -> list[dict[str, Any]]:
        listed = {character.id for character in self.listed}
        return [
            {
                "from": relation.source_id,
                "to": relation.target_id,
                "type": relation.type,
                "weight": relation.weight,
                "evidence": self._places(relation.evidence),
            }
            for relation in self.relations
            if relation.source_id in listed and relation.target_id in listed
        ]

    def _statistics(self, sentences: Sentences) -> dict[str, Any]:
        dialogues = len(self.attributions)
        return {
            "total_characters": len(self.listed),
            "total_mentions": sum(len(character.mentions) for character in self.listed),
            "total_dialogues": dialogues,
            "attributed_dialogues": sum(a.speaker_id is not None for a in self.attributions),
            "text_length": len(self.book.source),
            "sentence_count": len(sentences),
        }

    def warnings(self) -> list[Note]:
        """What the reader of these parts has to know."""
        left_out = len([c for c in self.cast.characters if self._is_frequent(c)]) - len(self.listed)
        if not left_out:
            return []
        message = f"max_characters left out {left_out} characters; their quotations keep the name only"
        return [Note(code="characters_left_out", message=message)]

    def _places(self, evidence: Iterable[Evidence]) -> list[dict[str, Any]]:
        return [self._place(place) for place in sorted(evidence, key=lambda e: e.start)[:_MOST_EVIDENCE]]

    def _place(self, evidence: Evidence) -> dict[str, Any]:
        start, end = self.book.in_source(evidence.start, evidence.end)
        return _PLACES.row({"start": start, "end": end, "reason": evidence.reason})
