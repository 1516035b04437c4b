"""Sentences that warn, told by fixed words: who must not have something, and signs that need help at once."""

import re
from collections.abc import Mapping
from typing import Literal

from tools.text.language import Language

Warned = Literal["contraindications", "red_flags"]

_CUES: Mapping[Language, Mapping[Warned, re.Pattern[str]]] = {
    "en": {
        "red_flags": re.compile(
            r"\b(?:emergenc\w+|ambulance|urgent(?:ly)?|immediate(?:ly)?|at\s+once|without\s+delay|same[\s-]day)\b"
            r"[^.;]*\b(?:referral|refer\w*|care|help|attention|assessment|admission|admitted|hospital\w*|treatment"
            r"|review\w*|department|services?|contact\w*|evaluation|evaluated|seen)\b"
            r"|\b(?:refer\w*|seek|call|require\w*|need\w*|contact|admit\w*|go\s+to|see)\b[^.;]*"
            r"\b(?:emergenc\w+|ambulance|urgent(?:ly)?|immediate(?:ly)?|at\s+once|without\s+delay|same[\s-]day)\b"
            r"|\bred\s+flags?\b|\bwarning\s+signs?\b",
            re.IGNORECASE,
        ),
        "contraindications": re.compile(
            r"\bcontra-?indicat\w+|\b(?:must|should|may|can)(?:\s*not|n['’]t)\s+be\s+(?:\w+\s+)?"
            r"(?:given|used|taken|prescribed|started|offered|combined|administered)\b"
            r"|\b(?:should|must)\s+be\s+avoided\s+(?:in|by|during|with)\b|\b(?:do\s+not|never|avoid)\b[^.;]*\b(?:in|during|with)\b"
            r"|\b(?:is|are)\s+(?:not\s+(?:suitable|safe|allowed|indicated)|unsafe|unsuitable)\b",
            re.IGNORECASE,
        ),
    },
    "zh": {
        "red_flags": re.compile(
            "(?:立即|立刻|马上|尽快|紧急|及时)[^，。；]{0,6}(?:就医|就诊|送医|送院|住院|急诊|急救|转诊|处理|抢救|呼叫|医院)|须?急诊|急救|警示(?:症状|信号)|危险信号"
        ),
        "contraindications": re.compile(
            "禁忌|禁用|禁止|忌用|慎用|慎行|不得(?:用于|使用|服用|与)|不(?:应|能|宜|可)(?:用于|使用|服用|与)|避免(?:用于|使用|服用|与)"
        ),
    },
}


def warning_kind(sentence: str, language: Language) -> Warned | None:
    """What a sentence warns of; None where it has none of the words. Help needed at once goes first."""
    return next((kind for kind, cues in _CUES[language].items() if cues.search(sentence)), None)
