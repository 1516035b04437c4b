"""Nouns that mean one person all through a book: "the painter", "her mother"."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from tools.novels.english.clues import Clues
from tools.novels.english.narration import ReferenceKind

_FEWEST = 3  # tags that must agree
_SHARE = 0.5  # of all tags with the noun


def bind_nouns(clues: Sequence[Clues], speakers: Sequence[int | None]) -> dict[tuple[str, str], int]:
    """(owner's pronoun or "", noun) -> the person who was found to speak most of the turns so tagged."""
    votes: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for clue, speaker in zip(clues, speakers, strict=True):
        reference = clue.reference
        if (
            reference
            and reference.kind is ReferenceKind.NOUN
            and reference.mention < 0
            and speaker is not None
        ):
            votes[reference.owner, reference.word][speaker] += 1
    bound: dict[tuple[str, str], int] = {}
    for noun, counts in votes.items():
        person, count = counts.most_common(1)[0]
        if count >= _FEWEST and count >= _SHARE * counts.total():
            bound[noun] = person
    return bound
