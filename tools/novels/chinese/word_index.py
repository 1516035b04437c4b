"""Finding many known strings in a text in one pass."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator


class WordIndex:
    """A set of strings, found longest first at each place."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(word for word in words if word)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for word in self._words:
            lengths[word[0]].add(len(word))
        self._lengths = {letter: sorted(some, reverse=True) for letter, some in lengths.items()}
        letters = "".join(re.escape(letter) for letter in sorted(lengths))
        self._first = re.compile(f"[{letters}]" if letters else r"(?!)")

    def find_all(self, text: str) -> Iterator[tuple[int, str]]:
        """Every occurrence of every string with its offset, overlaps included."""
        for match in self._first.finditer(text):
            start = match.start()
            for length in self._lengths[match.group()]:
                word = text[start : start + length]
                if word in self._words:
                    yield start, word
