"""The user's own sentences, ranked by what was just said and wanted."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log1p, sqrt
from typing import Literal

from tools.dialogue.drafts import Intent
from tools.dialogue.wording import bare, folded

_WANTED_WEIGHT = 3.0  # what the user typed counts more than what the partner said
_CHINESE_WORD = re.compile("[\u3400-\u9fff]+")
_OTHER_WORD = re.compile(r"[^\W_\u3400-\u9fff]{2,}")
_TOO_COMMON = frozenset(
    ("the", "and", "you", "are", "for", "that", "this", "with", "have", "what", "can", "will", "your")
)

STANDARD: Mapping[str, Sequence[str]] = {
    "zh": ("好的。", "不，谢谢。", "请稍等一下。", "请再说一遍，好吗？", "我需要帮助。"),
    "en": (
        "Yes.",
        "No, thank you.",
        "One moment, please.",
        "Could you say that again, please?",
        "I need help.",
    ),
}
"""For when there is nothing else: they commit to little, and fit most talks."""

_KINDS: Sequence[tuple[Intent, re.Pattern[str]]] = (
    ("wait", re.compile(r"稍等|等一下|等等|让我想|wait|moment|let me think|hold on")),
    ("ask", re.compile(r"[?？]\s*$|[吗呢][。.]?\s*$")),
    ("decline", re.compile(r"^\s*(?:不|没|别|算了|no\b|not\b|i don'?t|i can'?t|sorry)")),
    ("agree", re.compile(r"^\s*(?:好|是|行|对|可以|没问题|嗯|yes\b|ok|okay|sure|fine|of course|agreed)")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A sentence that can be said as it is."""

    text: str
    uses: int = 0
    source: Literal["own", "standard"] = "own"


def rank(phrases: Iterable[Phrase], heard: str, wanted: str) -> list[Phrase]:
    """The phrases, the most fitting first: by shared words, then by how often each was said.

    Args:
        phrases: The bank.
        heard: What the partner has just said.
        wanted: What the user typed.
    """
    about: dict[str, float] = defaultdict(float, dict.fromkeys(words_of(heard), 1.0))
    for word in words_of(wanted):
        about[word] += _WANTED_WEIGHT
    typed = bare(wanted)

    def relevance(phrase: Phrase) -> float:
        own = words_of(phrase.text)
        shared = sum(about.get(word, 0.0) for word in own) / sqrt(len(own)) if own else 0.0
        begins = bool(typed) and bare(phrase.text).startswith(typed)
        return shared + 10.0 * begins

    keyed = [(relevance(phrase), log1p(phrase.uses), -place, phrase) for place, phrase in enumerate(phrases)]
    return [phrase for *_, phrase in sorted(keyed, key=lambda key: key[:3], reverse=True)]


def kind_of(text: str) -> Intent:
    """What a phrase does, by its first and last words."""
    plain = folded(text)
    for kind, pattern in _KINDS:
        if pattern.search(plain):
            return kind
    return "answer"


@lru_cache(maxsize=4096)
def words_of(text: str) -> frozenset[str]:
    """What two texts can share: words, and of Chinese, where no blanks part them, pairs of characters."""
    plain = folded(text)
    pairs = {run[i : i + 2] for run in _CHINESE_WORD.findall(plain) for i in range(max(1, len(run) - 1))}
    return frozenset(pairs | set(_OTHER_WORD.findall(plain)) - _TOO_COMMON)
