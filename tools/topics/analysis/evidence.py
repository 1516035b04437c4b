"""Documents that stand for a topic, and sentences of theirs, word for word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.topics.corpus import Corpus
from tools.topics.models.model import Matrix

REPRESENTATIVES = 8
QUOTES = 3
MOST_SHOWN = 1500  # characters of a document

_LEAST_WORDS = 8  # of a document that stands for a topic, where there are such
_LONGEST, _SHORTEST = 400, 20  # characters of a quote
_SENTENCE = re.compile(r"[^.!?。！？；\n]+[.!?。！？；]*[\"”’»)]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words of a document, as they stand there."""

    document: int
    quote: str


def representatives(corpus: Corpus, shares: Matrix, dominant: NDArray[np.bool_]) -> list[int]:
    """The documents with the most of a topic, long ones first among equals.

    Args:
        corpus: All documents.
        shares: Of the topic in each.
        dominant: Whether it is the document's main topic; others are taken only where there are too few.
    """
    lengths = np.diff(corpus.starts)
    long = (lengths >= _LEAST_WORDS) if (lengths >= _LEAST_WORDS).sum() >= REPRESENTATIVES else lengths > 0
    order = np.lexsort((-lengths, -np.round(shares, 6), ~long, ~dominant))
    return [int(document) for document in order[:REPRESENTATIVES]]


def quotes(corpus: Corpus, documents: Sequence[int], words: Sequence[str]) -> list[Quote]:
    """From each of the first documents the sentence with the most of the topic's words.

    Args:
        corpus: With texts.
        documents: That stand for the topic.
        words: Of the topic, the most probable first.
    """
    found: list[Quote] = []
    for document in documents:
        sentence = _best(corpus.texts[document], words)
        if sentence and all(sentence != one.quote for one in found):
            found.append(Quote(document=document, quote=sentence))
        if len(found) == QUOTES:
            break
    return found


def is_verbatim(quote: str, text: str) -> bool:
    """Whether the words stand in the text as they are."""
    return bool(quote.strip()) and quote in text


def _best(text: str, words: Sequence[str]) -> str | None:
    best: tuple[float, str] | None = None
    for sentence in sentences(text):
        lowered = sentence.lower()
        score = sum(1.0 / (rank + 2) for rank, word in enumerate(words) if word.replace("_", " ") in lowered)
        if best is None or score > best[0]:
            best = score, sentence
    return best[1] if best else None


def sentences(text: str) -> Iterator[str]:
    """Pieces of the text of a length that can be read; a text without ends of sentences is cut at blanks."""
    pieces = [found[0].strip() for found in _SENTENCE.finditer(text)]
    for piece in pieces:
        if len(piece) <= _LONGEST:
            if len(piece) >= _SHORTEST or len(pieces) == 1:
                yield piece
            continue
        begin = 0
        while begin < len(piece):
            end = min(len(piece), begin + _LONGEST)
            if end < len(piece) and (blank := piece.rfind(" ", begin + _SHORTEST, end)) > 0:
                end = blank
            yield piece[begin:end].strip()
            begin = end
