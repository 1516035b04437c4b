"""The people of the cast as numbers, with every mention in text order."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from tools.novels.english.candidates import name_key
from tools.novels.english.lexicon import words
from tools.novels.types import Cast, Character, Gender, Mention, Span

_ELDER_TITLES = words("Mr Mrs Lady Sir Lord General Admiral Dr Aunt Uncle Father Mother")


class People:
    """The cast of one book as numbers, and where the text names each."""

    def __init__(self, cast: Cast, spans: Sequence[Span]) -> None:
        self.characters = cast.characters
        self.genders: list[Gender] = [character.gender for character in cast.characters]
        self.counts = [len(character.mentions) for character in cast.characters]
        self.is_elder = [_is_elder(character) for character in cast.characters]
        self.narrator = next((i for i, c in enumerate(cast.characters) if c.is_narrator), None)
        pairs = sorted(
            ((mention, index) for index, c in enumerate(cast.characters) for mention in c.mentions),
            key=lambda pair: pair[0].start,
        )
        self.mentions: list[Mention] = [mention for mention, _ in pairs]
        self.owners: list[int] = [owner for _, owner in pairs]
        self.starts = [mention.start for mention in self.mentions]
        span_starts = [span.start for span in spans]
        self.in_quote = [spans[bisect_right(span_starts, start) - 1].is_quotation for start in self.starts]

    def between(self, start: int, end: int) -> range:
        """The indices of the mentions that begin in ``text[start:end]``."""
        return range(bisect_left(self.starts, start), bisect_left(self.starts, end))


def _is_elder(character: Character) -> bool:
    """Whether a title of the elder generation is most used for the person."""
    return name_key(character.canonical_name).split()[0] in _ELDER_TITLES
