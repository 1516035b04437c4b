"""PDNC as the oracle reads it: speakers by the place of a quotation."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from evals.clusters import fold_name
from evals.pdnc import GoldQuotation, Novel

_NOBODY = ("_unknowable", "_group")
_SLACK = 8  # characters between a quotation's mark and the first annotated one: marks, blanks, markup


class PdncGold:
    """What is annotated of one novel. Quotation ids are "q<offset of the quotation into the text>"."""

    def __init__(self, novel: Novel) -> None:
        self.aliases: Mapping[str, Sequence[str]] = {
            character.name: character.aliases
            for character in novel.characters
            if character.name not in _NOBODY
        }
        self.genders: Mapping[str, str] = {character.name: character.gender for character in novel.characters}
        aliases = {fold_name(alias): c.name for c in reversed(novel.characters) for alias in c.aliases}
        self._main_names = aliases | {fold_name(c.name): c.name for c in reversed(novel.characters)}
        spans = sorted((start, end, q) for q in novel.quotations for start, end in q.sub_spans)
        self._starts = [start for start, _, _ in spans]
        self._spans = spans

    def speaker(self, quote_id: str) -> str | None:
        """Who says this quotation; None when it is not annotated, or as nobody in particular."""
        quotation = self._quotation(int(quote_id[1:]))
        return self._main_name(quotation.speaker) if quotation else None

    def addressees(self, quote_id: str) -> Sequence[str]:
        """Whom this quotation is said to."""
        quotation = self._quotation(int(quote_id[1:]))
        return [name for name in map(self._main_name, quotation.addressees) if name] if quotation else []

    def _main_name(self, name: str) -> str | None:
        """The character's main name: some rows have another of its names."""
        return None if name in _NOBODY else self._main_names.get(fold_name(name), name)

    def _quotation(self, offset: int) -> GoldQuotation | None:
        """The sub-span that begins at the offset or a little after, else the one around it."""
        at = bisect_right(self._starts, offset + _SLACK) - 1
        if at < 0:
            return None
        _, end, quotation = self._spans[at]
        return quotation if offset < end else None
