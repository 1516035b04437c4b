"""Texts as they are compared: how far two are apart, and whether one holds a word."""

import re
import unicodedata
from functools import lru_cache

_NO_LETTER = re.compile(r"[^\w]|_")
_HAN = re.compile("[\u3400-\u9fff]")
_LATIN = "A-Za-z0-9\u00c0-\u024f"
_KEPT = 4096  # forms of short texts: the same phrases and words are compared again and again
_ENDINGS = "(?:s|es|d|ed|ing|'s)?"  # with which an English word is still the same


@lru_cache(maxsize=_KEPT)
def bare(text: str) -> str:
    """The letters and digits of a text, in one form for each."""
    return _NO_LETTER.sub("", folded(text))


@lru_cache(maxsize=_KEPT)
def folded(text: str) -> str:
    """A text in which widths and cases are one."""
    return unicodedata.normalize("NFKC", text).casefold()


def holds(text: str, word: str) -> bool:
    """Whether a text holds a word: in Chinese anywhere, else as a whole word in one of its usual forms."""
    if _HAN.search(word):
        return bool(bare(word)) and bare(word) in bare(text)
    pattern = _word_pattern(folded(word).strip())
    return pattern is not None and pattern.search(folded(text).replace("’", "'")) is not None


@lru_cache(maxsize=4096)
def _word_pattern(word: str) -> re.Pattern[str] | None:
    parts = [re.escape(part) for part in re.split(r"[\s\-]+", word) if part]
    if not parts:
        return None
    joined = r"[\s\-]*".join(parts)
    return re.compile(rf"(?<![{_LATIN}]){joined}{_ENDINGS}(?![{_LATIN}])")


def distance(one: str, other: str) -> float:
    """The edit distance of two texts' letters, divided by the longer one's length: 0 is the same, 1 nothing.

    Levenshtein's; one row of the table is kept.
    """
    a, b = bare(one), bare(other)
    if not a or not b:
        return float(a != b)
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right))
    return row[-1] / max(len(a), len(b))
