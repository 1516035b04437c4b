"""The word list of jieba: which strings are ordinary Chinese words, and which are known names.

Only jieba's dictionary file is read, once, when first needed. The segmenter itself is never imported: it
would log to standard error and write a cache file into the temporary folder.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_LONGEST_WORD = 4  # characters; longer words collide with no name
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Frequencies of words, split by what they are."""

    words: Mapping[str, int]  #: Ordinary words: anything but names of people and places.
    people: Mapping[str, int]  #: Words that the dictionary marks as names of people.
    places: Mapping[str, int]


def load_dictionary() -> Dictionary:
    """The dictionary; the first call reads it (about half a second), later ones share it."""
    with _LOCK:
        return _read()


@lru_cache(maxsize=1)
def _read() -> Dictionary:
    words: dict[str, int] = {}
    people: dict[str, int] = {}
    places: dict[str, int] = {}
    with _path().open(encoding="utf-8") as lines:
        for line in lines:
            word, frequency, tag = line.split(" ")
            if len(word) > _LONGEST_WORD:
                continue
            kind = people if tag.startswith("nr") else places if tag.startswith("ns") else words
            kind[word] = int(frequency)
    return Dictionary(words, people, places)


def _path() -> Path:
    package = find_spec("jieba")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("the Chinese rules need the package jieba, whose dictionary they read")
    return Path(package.origin).with_name("dict.txt")
