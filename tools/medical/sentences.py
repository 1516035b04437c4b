"""Splitting medical prose into sentences, in English and in Chinese."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.text.language import Language

_ENGLISH_END = re.compile(r"[.!?]+[\"')\]”’]*(?=\s)|\n{2,}")
_CHINESE_END = re.compile("[。！？；]+[」』”’）)]*|\n+")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|vs|Dr|Mr|Mrs|Ms|Prof|Fig|approx|incl)\.$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of a text, without the blanks around it."""

    start: int
    end: int
    text: str


def split_sentences(text: str, language: Language) -> list[Sentence]:
    """The sentences of ``text`` in their order; what stands between them is white space alone."""
    ends = _chinese_ends(text) if language == "zh" else _english_ends(text)
    sentences: list[Sentence] = []
    start = 0
    for end in (*ends, len(text)):
        piece = text[start:end]
        if words := piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            sentences.append(Sentence(first, first + len(words), words))
        start = end
    return sentences


def _english_ends(text: str) -> Iterator[int]:
    for found in _ENGLISH_END.finditer(text):
        if not _ABBREVIATION.search(text, max(0, found.start() - 8), found.start() + 1):
            yield found.end()


def _chinese_ends(text: str) -> Iterator[int]:
    return (found.end() for found in _CHINESE_END.finditer(text))
