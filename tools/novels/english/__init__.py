"""Rules for English novels: names, cast, speakers and relations."""

from collections.abc import Sequence

from tools.novels.english.attribution import attribute
from tools.novels.english.cast import build_cast
from tools.novels.english.mentions import find_names
from tools.novels.english.relations import find_relations
from tools.novels.types import Attribution, Cast, LanguagePack, Mention, NameFacts, Relation, Span

__all__ = ["PACK"]


class EnglishPack:
    """The rules of English, as the other tools call them."""

    language: str = "en"

    def find_names(self, text: str, spans: Sequence[Span], facts: NameFacts | None = None) -> list[Mention]:
        """See :func:`tools.novels.english.mentions.find_names`."""
        return find_names(text, spans, facts)

    def build_cast(
        self,
        text: str,
        spans: Sequence[Span],
        mentions: Sequence[Mention],
        facts: NameFacts | None = None,
        *,
        similarity_threshold: float = 0.8,
    ) -> Cast:
        """See :func:`tools.novels.english.cast.build_cast`."""
        return build_cast(text, spans, mentions, facts, similarity_threshold=similarity_threshold)

    def attribute(self, text: str, spans: Sequence[Span], cast: Cast) -> list[Attribution]:
        """See :func:`tools.novels.english.attribution.attribute`."""
        return attribute(text, spans, cast)

    def find_relations(
        self, text: str, spans: Sequence[Span], cast: Cast, attributions: Sequence[Attribution]
    ) -> list[Relation]:
        """See :func:`tools.novels.english.relations.find_relations`."""
        return find_relations(text, spans, cast, attributions)


PACK: LanguagePack = EnglishPack()
