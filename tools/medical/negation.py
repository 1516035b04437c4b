"""Whether a sentence denies something, and which sentence of a source it answers to."""

import itertools
import re
from collections.abc import Sequence

from tools.medical.sentences import split_sentences
from tools.text.language import Language

# Words that forbid count as denials: "avoid" and "do not take" say the same.
_DENIALS = {
    "en": re.compile(
        r"\b(?:not|no|never|without|cannot|neither|nor|none|nothing|avoid\w*|against|contraindicated"
        r"|unless|refus\w*|reject\w*|rarely|seldom|hardly|stop\w*|unsafe|fails?|failed)\b|n['’]t\b",
        re.IGNORECASE,
    ),
    "zh": re.compile("不(?!良|同|仅|断|管|但)|没有|没|无(?!菌|症状期)|未|非(?!常)|勿|禁|避免|拒绝|停用"),
}
# Denials inside of names and set phrases.
_NO_DENIAL = re.compile(
    r"\b(?:no more than|not more than|no less than|not less than|not only|whether or not)\b"
    "|不超过|不少于|不低于|不高于|不多于",
    re.IGNORECASE,
)
_CONTENT = re.compile("[a-z]{4,}|[\u3400-\u9fff]")


def is_denied(sentence: str, language: Language) -> bool:
    """Whether the sentence holds a word of denial or prohibition."""
    return bool(_DENIALS[language].search(_NO_DENIAL.sub(" ", sentence)))


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
