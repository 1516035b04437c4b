"""Which language a text is in: by its script, and for the Latin one by its function words."""

import re
from collections import Counter
from functools import lru_cache

from tools.text.language import FUNCTION_WORDS
from tools.translation.scripts import SAMPLE, is_in_script, language_by_script, main_language

_SAMPLE = 10_000  # characters
_CODES = {
    "English": "en",
    "French": "fr",
    "German": "de",
    "Spanish": "es",
    "Italian": "it",
    "Portuguese": "pt",
    "Dutch": "nl",
    "Swedish": "sv",
    "Polish": "pl",
    "Turkish": "tr",
    "Vietnamese": "vi",
}
_WORDS = {_CODES[name]: frozenset(words.split()) for name, words in FUNCTION_WORDS.items() if name in _CODES}
_FEWEST = 8  # words; fewer are too few to tell languages of one script apart
_LEAST = 0.15  # of all words, that are the language's function words
_AHEAD = 1.5  # times as many as of any other language
_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> str | None:
    """A language code; None where it cannot be told for sure, as of a few words."""
    return _language_of(text[:SAMPLE])


@lru_cache(maxsize=16)  # of one text it is asked when its language is found, and again when that is judged
def _language_of(text: str) -> str | None:
    by_script = language_by_script(text)
    if by_script is not None:
        return by_script
    words = [word.lower() for word in _WORD.findall(text[:_SAMPLE])]
    if len(words) < _FEWEST:
        return None
    counts = Counter(words)
    hits = sorted(
        ((sum(counts[word] for word in known & counts.keys()), code) for code, known in _WORDS.items()),
        reverse=True,
    )
    (most, best), (second, _) = hits[0], hits[1]
    return best if most >= _LEAST * len(words) and most >= _AHEAD * second else None


def other_language(text: str, code: str) -> str | None:
    """The language that a text plainly has in place of the named one: a code, or "another script".

    Languages whose words nobody here knows are taken at their word, as long as the letters are theirs.
    """
    found, named = language_of(text), main_language(code)
    if found is not None and found != named and (named in _WORDS or not is_in_script(text, code)):
        return found
    return "another script" if found is None and not is_in_script(text, code) else None
