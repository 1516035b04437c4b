"""Whether a sentence denies something, and which sentence of a source it answers to."""

import itertools
import re
from collections.abc import Sequence

from tools.medical.denials import find_denials
from tools.medical.sentences import split_sentences
from tools.text.language import Language

_CONTENT = re.compile("[a-z]{4,}|[\u3400-\u9fff]")


def is_denied(sentence: str, language: Language) -> bool:
    """Whether the sentence holds a word of denial or prohibition."""
    return bool(find_denials(sentence, language).hard)


def nearest(sentence: str, texts: Sequence[str], language: Language) -> str | None:
    """The sentence of ``texts`` that shares most words with ``sentence``; None where none shares any."""
    wanted = _content(sentence)
    candidates = [piece.text for text in texts for piece in split_sentences(text, language)]
    best = max(candidates, key=lambda candidate: _overlap(wanted, _content(candidate)), default=None)
    return best if best is not None and _overlap(wanted, _content(best)) else None


def _content(sentence: str) -> frozenset[str]:
    """Beginnings of English words, so that endings do not part them, and pairs of Chinese characters."""
    units = _CONTENT.findall(sentence.lower())
    words = {unit[:6] for unit in units if unit.isascii()}
    han = [unit for unit in units if not unit.isascii()]
    return frozenset(words | {one + other for one, other in itertools.pairwise(han)})


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
