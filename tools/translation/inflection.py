"""Terms in other forms than the glossary has them: a text may need another case, number or person.

Nothing is known of any language's grammar. A word counts as another form of one when it begins with its
stem, the word without its last letters, accents aside; so Häuser is a form of Haus, and chevaux of cheval.
"""

import re
import unicodedata
from functools import lru_cache

_WITHOUT = frozenset(["zh", "ja", "ko", "vi", "th", "lo", "km", "my", "id", "ms"])
"""Languages whose words do not change, or, as in Korean, only grow at their ends."""
_CUT = {1: 0, 2: 0, 3: 0, 4: 1, 5: 1, 6: 2, 7: 2}  # letters that an ending may take, by the word's length
_MOST_CUT = 3
_LONGER = 3  # letters by which an ending may be longer than the one it takes the place of
_WORD = re.compile(r"\w+")


def inflects(language: str) -> bool:
    """Whether words of a language have several forms; of an unnamed one nobody knows, so no."""
    main = language.lower().replace("_", "-").partition("-")[0]
    return bool(main) and main not in _WITHOUT


def count_forms(term: str, text: str) -> int:
    """How often a term stands in a text, each of its words in some form; case and accents do not count."""
    return len(_pattern(term).findall(_plain(text)))


@lru_cache(maxsize=4096)
def _pattern(term: str) -> re.Pattern[str]:
    parts: list[str] = []
    done = 0
    plain = _plain(term)
    for word in _WORD.finditer(plain):
        parts += [_between(plain[done : word.start()]), _forms(word[0])]
        done = word.end()
    parts.append(_between(plain[done:]))
    return re.compile(rf"(?<!\w){''.join(parts)}(?!\w)")


def _forms(word: str) -> str:
    cut = _CUT.get(len(word), _MOST_CUT)
    if word.isdecimal():
        return re.escape(word)
    return rf"{re.escape(word[: len(word) - cut])}\w{{0,{cut + _LONGER}}}"


def _between(text: str) -> str:
    return r"\s+".join(map(re.escape, re.split(r"\s+", text)))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
