"""Terms of a version and what they mean: as the guideline spells them out, else in words of our own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from tools.text.language import Language

_FILE = Path(__file__).parents[2] / "configs" / "medical_terms.yaml"
_ABBREVIATION = re.compile(r"[(（]([A-Z][A-Za-z0-9]{1,7})(?:s)?[)）]")
_WORDS_BEFORE = re.compile(r"[A-Za-z][\w-]*")
_HAN_BEFORE = re.compile("[\u3400-\u9fff]{2,12}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word that a reader may not know."""

    term: str
    meaning: str
    page: int | None = None  #: Where the guideline says so; None: it does not, it is added.


def glossary(text: str, pages: Sequence[str], language: Language) -> list[Term]:
    """The terms of ``text``, in the order of the alphabet.

    Args:
        text: What the version says.
        pages: The guideline's text, page by page.
    """
    found = {term.term: term for term in _added(text, language)}
    found |= {term.term: term for term in _spelled_out(pages) if _stands_in(term.term, text)}
    return [found[name] for name in sorted(found, key=str.lower)]


def terms_of(language: Language) -> Sequence[str]:
    """The terms that we explain ourselves."""
    return tuple(_own()[language])


def _spelled_out(pages: Sequence[str]) -> Iterator[Term]:
    """What a page explains, "blood pressure (BP)", by their letters (Schwartz and Hearst 2003)."""
    for number, page in enumerate(pages, start=1):
        for found in _ABBREVIATION.finditer(page):
            before = page[max(0, found.start() - 120) : found.start()]
            if meaning := _long_form(found[1], before):
                yield Term(term=found[1], meaning=meaning, page=number)


def _long_form(short: str, before: str) -> str | None:
    if han := _HAN_BEFORE.search(before.rstrip()):
        return re.split("[是的和或与及为患者]", han[0])[-1] or None
    words = list(_WORDS_BEFORE.finditer(before))
    letters = [letter for letter in short.lower() if letter.isalpha()]
    for first in range(len(words) - 1, max(-1, len(words) - 2 * len(letters) - 2), -1):
        initials = "".join(word[0][0].lower() for word in words[first:])
        form = before[words[first].start() :].strip()
        is_long = len(words) - first >= min(2, len(letters) - 1)
        if is_long and initials[:1] == letters[0] and _is_subsequence(letters, form.lower()):
            return form
    return None


def _is_subsequence(letters: Sequence[str], text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)


def _added(text: str, language: Language) -> Iterator[Term]:
    for term, meaning in _own()[language].items():
        if _stands_in(term, text):
            yield Term(term=term, meaning=meaning)


def _stands_in(term: str, text: str) -> bool:
    if not term.isascii():
        return term in text
    flags = 0 if term.isupper() else re.IGNORECASE
    return re.search(rf"(?<![A-Za-z]){re.escape(term)}s?(?![A-Za-z])", text, flags) is not None


@cache
def _own() -> Mapping[Language, Mapping[str, str]]:
    return yaml.safe_load(_FILE.read_text("utf-8"))
