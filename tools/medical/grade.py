"""How strongly, and in which direction, a sentence recommends: GRADE's words as a closed table.

Source: GRADE handbook, 6.3 (strong: "we recommend", "should"; conditional: "we suggest", "may", and their
mirrors against); informative statements of certainty by Santesso 2020, doi 10.1016/j.jclinepi.2019.10.014.
The same table serves writing (``WORDS``) and checking (``read_grades``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tools.text.language import Language

Strength = Literal["strong", "conditional"]
Direction = Literal["for", "against"]
Certainty = Literal["high", "moderate", "low", "very low"]


@dataclass(frozen=True, slots=True)
class Grade:
    """The force of a recommendation."""

    strength: Strength
    direction: Direction


#: What a version says for each force; the first is preferred.
WORDS: Mapping[Language, Mapping[Grade, tuple[str, ...]]] = {
    "en": {
        Grade("strong", "against"): (
            *("should not", "must not", "do not", "don't", "never", "avoid", "is not recommended"),
            *("are not recommended", "recommend against", "recommends against", "recommended against"),
            *("recommend not", "recommends not", "do not recommend", "does not recommend", "shouldn't"),
        ),
        Grade("conditional", "against"): (
            *("may choose not", "suggest against", "suggests against", "suggested against", "suggest not"),
            *(
                "suggests not",
                "do not suggest",
                "does not suggest",
                "probably should not",
                "usually not needed",
            ),
            *("may not need", "might not need", "may want to avoid", "consider not", "consider avoiding"),
            *("is not suggested", "are not suggested"),
        ),
        Grade("strong", "for"): (
            *("should", "must", "recommend", "recommends", "recommended", "need to", "needs to"),
        ),
        Grade("conditional", "for"): (
            *("may", "might", "could", "consider", "considered", "suggest", "suggests", "suggested"),
            *("can be an option", "is an option", "are an option", "probably should", "option for some"),
        ),
    },
    "zh": {
        Grade("strong", "against"): (
            *("不应", "不得", "不要", "切勿", "禁止", "禁用", "避免", "不推荐", "强烈反对", "不能"),
            *("推荐不", "请勿"),
        ),
        Grade("conditional", "against"): (
            "不建议",
            "建议不",
            "可以不",
            "可不",
            "一般不",
            "通常不需要",
            "建议避免",
        ),
        Grade("strong", "for"): ("应该", "应当", "应", "必须", "推荐", "强烈推荐", "需要"),
        Grade("conditional", "for"): (
            "可以考虑",
            "可考虑",
            "考虑",
            "建议",
            "可以",
            "可",
            "弱推荐",
            "有条件推荐",
        ),
    },
}

#: How sure an effect is, in words: "will", "probably", "may", "we are very uncertain".
CERTAINTY_WORDS: Mapping[Language, Mapping[Certainty, str]] = {
    "en": {
        "high": "We are very sure of this.",
        "moderate": "We are fairly sure of this.",
        "low": "We are not sure of this.",
        "very low": "We are very unsure of this.",
    },
    "zh": {
        "high": "我们对此很有把握。",
        "moderate": "我们对此比较有把握。",
        "low": "我们对此没有把握。",
        "very low": "我们对此很没有把握。",
    },
}

# Letters that make another word of a cue: 「反应」, 「适应证」, 「可能」, 「应用」, 「需要时」.
_CHINESE_NOT = r"(?<![反适效相响供])(?:{})(?![用急激对答变症证能])"


def read_grades(sentence: str, language: Language) -> frozenset[Grade]:
    """Every force that a sentence has words of; several contradict each other, none recommends nothing."""
    grades: set[Grade] = set()
    for found in _CUES[language].finditer(sentence):
        grades.add(_GRADES[language][" ".join(found[0].lower().split())])
    return frozenset(grades)


def _pattern(language: Language) -> re.Pattern[str]:
    words = sorted(_GRADES[language], key=len, reverse=True)
    choices = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words)
    return re.compile(
        rf"\b(?:{choices})\b" if language == "en" else _CHINESE_NOT.format(choices), re.IGNORECASE
    )


_GRADES: Mapping[Language, Mapping[str, Grade]] = {
    language: {word: grade for grade, words in table.items() for word in words}
    for language, table in WORDS.items()
}
_CUES: Mapping[Language, re.Pattern[str]] = {"en": _pattern("en"), "zh": _pattern("zh")}
