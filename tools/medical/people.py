"""Whom a sentence is about: groups of people that guidelines tell apart."""

import re
from collections.abc import Mapping

_WORDS: Mapping[str, str] = {
    "pregnant": r"pregnan\w+|expecting a baby|孕妇|妊娠|怀孕|孕期",
    "breastfeeding": r"breast-?feed\w*|lactat\w+|nursing mothers?|哺乳",
    "newborns": r"newborns?|neonat\w+|新生儿",
    "infants": r"infants?|bab(?:y|ies)|婴儿|婴幼儿",
    "children": r"child(?:ren)?(?! bearing)|kids?|pa?ediatric|儿童|小儿|孩子|患儿",
    "adolescents": r"adolescents?|teen(?:ager)?s?|青少年",
    "older": r"older (?:adults?|people|persons?)|elderly|seniors?|老年|老人",
    "adults": r"(?<!older )adults?|grown-?ups?|成人|成年人",
    "women": r"wom[ae]n|females?|女性|妇女",
    "men": r"m[ae]n|males?|男性",
    "smokers": r"smokers?|people who smoke|吸烟者",
    "kidney": r"(?:kidney|renal) (?:disease|failure|impairment|problems)|肾病|肾功能不全|肾脏病",
    "liver": r"(?:liver|hepatic) (?:disease|failure|impairment|problems)|cirrhosis|肝病|肝功能不全|肝硬化",
    "diabetes": r"diabet\w+|糖尿病",
    "heart failure": r"heart failure|心力衰竭|心衰",
    "asthma": r"asthma\w*|哮喘",
    "immunocompromised": r"immuno(?:compromised|suppressed|deficien\w+)|weak(?:ened)? immune"
    "|免疫功能低下|免疫缺陷",
}
_GROUPS = {
    group: re.compile(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z])", re.IGNORECASE)
    for group, words in _WORDS.items()
}


def find_groups(text: str) -> frozenset[str]:
    """The groups that ``text`` names."""
    return frozenset(group for group, pattern in _GROUPS.items() if pattern.search(text))
