"""Rules for Chinese novels: names, cast, speakers and relations."""

from collections.abc import Sequence

from tools.novels.chinese.attribution import attribute
from tools.novels.chinese.cast import build_cast
from tools.novels.chinese.mentions import find_names, match_names
from tools.novels.chinese.relations import find_relations
from tools.novels.types import Attribution, Cast, LanguagePack, Mention, NameFacts, Relation, Span

__all__ = ["PACK", "match_names"]


class ChinesePack:
    """The rules of Chinese, as the other tools call them."""

    language: str = "zh"

    def find_names(self, text: str, spans: Sequence[Span], facts: NameFacts | None = None) -> list[Mention]:
        """See :func:`tools.novels.chinese.mentions.find_names`."""
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
        """See :func:`tools.novels.chinese.cast.build_cast`."""
        return build_cast(text, spans, mentions, facts, similarity_threshold=similarity_threshold)

    def attribute(self, text: str, spans: Sequence[Span], cast: Cast) -> list[Attribution]:
        """See :func:`tools.novels.chinese.attribution.attribute`."""
        return attribute(text, spans, cast)

    def find_relations(
        self, text: str, spans: Sequence[Span], cast: Cast, attributions: Sequence[Attribution]
    ) -> list[Relation]:
        """See :func:`tools.novels.chinese.relations.find_relations`."""
        return find_relations(text, spans, cast, attributions)


PACK: LanguagePack = ChinesePack()
