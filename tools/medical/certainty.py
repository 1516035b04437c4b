"""How sure the evidence is, read from GRADE's words: a closed table of nouns, adjectives, letters and signs.

Source: GRADE handbook, 5 (four levels; shown as A to D, and as ⊕ of four).
"""

import re
from collections.abc import Mapping

from tools.medical.grade import Certainty
from tools.text.language import Language

_ENGLISH_LEVEL = r"(?P<level>very[\s-]+low|low|moderate|high)"
_ENGLISH_WHAT = r"(?:quality|certainty|confidence)"
_CHINESE_LEVEL = "(?P<level>极低|非常低|很低|低|中等?|高)"
_CHINESE_WHAT = "(?:质量|确定性|可信度|把握度)"
_PATTERNS: Mapping[Language, tuple[re.Pattern[str], ...]] = {
    "en": tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            # "Moderate-quality evidence", "low certainty of evidence", "high certainty".
            rf"(?<![\w-]){_ENGLISH_LEVEL}[\s-]+{_ENGLISH_WHAT}(?:\s+(?:(?:of|in)\s+)?(?:the\s+)?evidence\b|\s*(?:[)\];,.]|$))",
            # "Evidence of low quality", "the certainty of the evidence is low", "quality of evidence: high".
            rf"\bevidence\s+(?:is\s+)?of\s+(?:an?\s+)?{_ENGLISH_LEVEL}\s+{_ENGLISH_WHAT}\b",
            rf"\b{_ENGLISH_WHAT}\s+of\s+(?:the\s+)?evidence\s*(?:is|was|:|=|,)\s*(?:rated\s+(?:as\s+)?)?{_ENGLISH_LEVEL}\b",
            rf"\bevidence\s+{_ENGLISH_WHAT}\s*(?:is|was|:|=|,)\s*{_ENGLISH_LEVEL}\b",
            rf"\b{_ENGLISH_WHAT}\s*:\s*{_ENGLISH_LEVEL}\b(?!\s*[-–]?\s*\w)",
            # "Low evidence"; as an adverb, "moderately certain evidence".
            r"(?<![\w-])(?P<adverb>very\s+low|low|moderate|high)ly[\s-]+(?:certain|sure)\s+evidence\b",
            r"\bGRADE\s*:?\s*[12]?\s*(?P<letter>[A-D])\b|[(\[]\s*[12]\s*(?P<graded>[A-D])\s*[)\]]",
        )
    ),
    "zh": tuple(
        re.compile(pattern)
        for pattern in (
            # 「高质量证据」「中等确定性的证据」「极低质量」
            rf"{_CHINESE_LEVEL}{_CHINESE_WHAT}(?:的?证据|(?=[，；,;）)]))",
            # 「证据质量：中」「证据的确定性为低」「证据等级高」
            rf"证据的?(?:{_CHINESE_WHAT}|等级|级别)\s*(?:为|是|[:：])?\s*{_CHINESE_LEVEL}(?![\u4e00-\u9fff]*[A-Da-d])",
            r"证据的?(?:等级|级别|质量)\s*(?:为|是|[:：])?\s*(?P<letter>[A-D])(?![A-Za-z])"
            r"|[（(\[]\s*[12]\s*(?P<graded>[A-D])\s*[)）\]]",
        )
    ),
}
_SIGNS = re.compile("[⊕⨁●]{1,4}[⊝◯○⭘]{0,3}")
_LETTERS: Mapping[str, Certainty] = {"A": "high", "B": "moderate", "C": "low", "D": "very low"}
_LEVELS: Mapping[str, Certainty] = {
    "high": "high",
    "moderate": "moderate",
    "low": "low",
    "very low": "very low",
    "高": "high",
    "中": "moderate",
    "中等": "moderate",
    "低": "low",
    "极低": "very low",
    "非常低": "very low",
    "很低": "very low",
}
_BY_SIGNS: Mapping[int, Certainty] = {4: "high", 3: "moderate", 2: "low", 1: "very low"}
_OF_SIGNS = 4  # full and empty ones together


def read_certainty(text: str, language: Language) -> Certainty | None:
    """The certainty that ``text`` states; None where it states none, or several that differ."""
    found: set[Certainty] = set()
    found.update(_level(match) for pattern in _PATTERNS[language] for match in pattern.finditer(text))
    found.update(
        _BY_SIGNS[sum(sign in "⊕⨁●" for sign in match[0])]
        for match in _SIGNS.finditer(text)
        if len(match[0]) == _OF_SIGNS
    )
    return found.pop() if len(found) == 1 else None


def _level(found: re.Match[str]) -> Certainty:
    named = found.groupdict()
    if letter := named.get("letter") or named.get("graded"):
        return _LETTERS[letter.upper()]
    written = " ".join(re.split(r"[\s-]+", (named.get("level") or named["adverb"]).lower()))
    return _LEVELS[written]
