"""Words as they were heard, and how they become text again."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word, and when it is said. Times are milliseconds from the beginning of the film."""

    text: str  #: With the punctuation that follows it.
    start: int
    end: int
    confidence: float | None = None  #: 0 to 1; None when the recogniser does not say.


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What is said in a film."""

    words: Sequence[Word]
    language: str | None = None  #: As asked for, or found out.
    is_estimated: bool = False  #: Times of words are spread evenly over stretches of speech.


def join(texts: Sequence[str]) -> str:
    """Words in a row: with spaces between them, but for scripts that have none."""
    joined = ""
    for text in texts:
        last = joined[-1:]
        is_tight = _is_unspaced(last) and (_is_unspaced(text[:1]) or _is_mark(last))
        has_space = bool(joined) and not is_tight
        joined += (" " if has_space else "") + text
    return joined


def split(text: str) -> list[str]:
    """A text as words; of scripts without spaces, as characters with the punctuation that follows."""
    words: list[str] = []
    for part in text.split():
        begins = True
        for character in part:
            is_loose = _is_unspaced(character) or _is_unspaced(words[-1][0] if words else "")
            if begins or (is_loose and not _is_mark(character)):
                words.append(character)
            else:
                words[-1] += character
            begins = False
    return words


def _is_unspaced(character: str) -> bool:
    """Whether it belongs to a script without spaces: Han and kana, wide punctuation; Hangul has them."""
    return unicodedata.east_asian_width(character or "a") in "WF" and not "\uac00" <= character <= "\ud7af"


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("P")
