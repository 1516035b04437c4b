"""Scripts: which letters a language has, and which language a text is in where they alone say so."""

import re
from collections import Counter

_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_HAN = re.compile("[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_SCRIPTS = {
    "zh": re.compile("[\u3400-\u9fff\uf900-\ufaff]"),
    "ja": re.compile("[\u3040-\u30ff\u3400-\u9fff]"),
    "ko": re.compile("[\uac00-\ud7af]"),
    "ru": re.compile("[\u0400-\u052f]"),
    "uk": re.compile("[\u0400-\u052f]"),
    "bg": re.compile("[\u0400-\u052f]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "fa": re.compile("[\u0600-\u06ff]"),
    "he": re.compile("[\u05d0-\u05ea]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "hi": re.compile("[\u0900-\u097f]"),
}
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
SAMPLE = 20_000  # characters; a language shows in fewer
_LEAST = 0.3  # of all letters
_FEW = 20  # letters


def main_language(code: str) -> str:
    """``pt`` of ``pt-BR``."""
    return code.lower().replace("_", "-").partition("-")[0]


def script_of(code: str) -> re.Pattern[str]:
    """The letters of a language; Latin ones where no other script is known for it."""
    return _SCRIPTS.get(main_language(code), _LATIN)


def is_in_script(text: str, code: str) -> bool:
    """Whether some of a text's letters are those of a language; true where it has too few to tell."""
    characters = Counter(text[:SAMPLE])
    letters = _count(_LETTER, characters)
    return letters < _FEW or _count(script_of(code), characters) >= _LEAST * letters


def language_by_script(text: str) -> str | None:
    """``ja``, ``ko`` or ``zh``; None where many languages share the script, as Latin's do."""
    characters = Counter(text[:SAMPLE])
    letters = _count(_LETTER, characters)
    kana, hangul, han = (_count(script, characters) for script in (_KANA, _HANGUL, _HAN))
    if not letters or kana + hangul + han < _LEAST * letters:
        return None
    if hangul > max(kana, han):
        return "ko"
    return "ja" if kana > 0.1 * (kana + han) else "zh"


def _count(script: re.Pattern[str], characters: Counter[str]) -> int:
    """How many of a text's characters are of a script; each is looked at once, however often it stands."""
    return sum(characters[letter] for letter in script.findall("".join(characters)))
