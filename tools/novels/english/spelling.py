"""Rare spellings of frequent names: "Mr. Denney", once, among many of "Mr. Denny"."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from tools.novels.english.name_index import NameUse

_MOST_USES = 2  # of a misspelling
_FEWEST_LETTERS = 5  # shorter surnames differ by one letter too often


def misspellings(uses: Iterable[NameUse], threshold: float) -> Iterator[tuple[NameUse, NameUse]]:
    """Pairs (frequent name, rare spelling of it): same title and given name, surnames one letter apart.

    Args:
        uses: All names of the book.
        threshold: How alike the surnames must be, from 0 to 1 (Ratcliff and Obershelp).
    """
    known: defaultdict[tuple[str, str, str], list[NameUse]] = defaultdict(list)
    named = [use for use in uses if len(use.name.surname) >= _FEWEST_LETTERS]
    for use in named:
        for trace in _traces(use.name.surname):
            known[use.name.title, use.name.given, trace].append(use)
    for use in named:
        if use.count <= _MOST_USES:
            near = [
                o for trace in _traces(use.name.surname) for o in known[use.name.title, use.name.given, trace]
            ]
            frequent = [other for other in near if _is_misspelling(use, other, threshold)]
            if frequent:
                yield max(frequent, key=lambda other: other.count), use


def _traces(word: str) -> set[str]:
    """The word and all that remain when one letter is left out: words one edit apart share one of them."""
    return {word} | {word[:index] + word[index + 1 :] for index in range(1, len(word))}


def _is_misspelling(rare: NameUse, frequent: NameUse, threshold: float) -> bool:
    one, other = sorted((rare.name.surname, frequent.name.surname), key=len)
    if other in (one, one + "s") or frequent.count < 2 * rare.count:
        return False
    return SequenceMatcher(None, one, other).ratio() >= threshold
