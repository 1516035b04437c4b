"""Writing word lists in source code, and matching them."""

from collections.abc import Iterable


def words(text: str) -> frozenset[str]:
    """The words of `text`, which white space separates."""
    return frozenset(text.split())


def letters(text: str) -> frozenset[str]:
    """The characters of `text` but for white space."""
    return frozenset(text) - frozenset(" \n")


def alternatives(some: Iterable[str]) -> str:
    """A regular expression for any of `some`, the longest first, quick to reject other text."""
    longest_first = sorted(set(some), key=lambda word: (-len(word), word))
    first_letters = "".join(sorted({word[0] for word in longest_first}))
    return f"(?=[{first_letters}])(?:{'|'.join(longest_first)})"
