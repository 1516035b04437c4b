"""Patterns of words from lists that are in English and Chinese."""

import re


def pattern_of(words: str) -> re.Pattern[str]:
    """Whole words where they are English; Chinese has no ends of words, and stands beside Latin letters."""
    begins = r"(?:(?<![A-Za-z])|(?=[^\x00-\x7f]))"
    ends = r"(?:(?![A-Za-z])|(?<=[^\x00-\x7f]))"
    return re.compile(rf"{begins}(?:{words}){ends}", re.IGNORECASE)
