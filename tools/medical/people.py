"""Whom a sentence is about: groups of people and conditions that guidelines tell apart."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from tools.medical.quantities import find_quantities
from tools.medical.word_lists import pattern_of

_FILE = Path(__file__).parents[2] / "configs" / "medical_groups.yaml"
_DISEASE = (
    r"(?:{0})\s+(?:disease|failure|impairment|problems?|insufficiency|dysfunction|trouble|damage|injury|function)"
    r"|(?:reduced|poor|impaired|bad|weak)\s+(?:{0})(?:\s+function)?"
    r"|(?:{0})\s+(?:that\s+)?(?:(?:do|does|are|is|work|works|working|function)(?:\s+not|n['’]t)?\s*)+[^.,;]{{0,20}}?(?:well|poorly|properly|less|badly|weak|damaged|ill)"
    "|(?:{1})(?:功能)(?:不全|不[好佳良]|差|较差|减退|受损|异常|下降|衰竭|障碍)|(?:{1})(?:疾?病(?![毒原])|衰竭?|损[伤害])"
)
_REMEMBERED = 2048  # texts: the gates read each passage once for each sentence, draft and round
_OFTEN = 3  # a condition that every third passage names is what the guideline is about
_YEAR = 12  # months
_OLD, _GROWN = 60 * _YEAR, 18 * _YEAR  # from what age people are called old, and adult


def find_groups(text: str) -> frozenset[str]:
    """The groups that ``text`` names, by word or by age, with those that they imply."""
    groups = {*_named(text), *_by_age(text)}
    implied = _table()["implied"]
    return frozenset(groups.union(*(implied.get(group, ()) for group in groups)))


def is_of_people(group: str) -> bool:
    """Whether it tells who somebody is, and not what he has."""
    return group in _table()["people"]


def named_groups(text: str) -> frozenset[str]:
    """The groups that ``text`` names by word."""
    return _named(text)


def topics(title: str, texts: Sequence[str]) -> frozenset[str]:
    """What a guideline is about, which its sentences need not repeat.

    That are the groups of its title, the conditions that a third of its passages name, and whom most name.
    """
    counts = Counter(group for text in texts for group in _named(text))
    conditions = _table()["conditions"].keys() | _table()["organs"].keys()
    often = {group for group, count in counts.items() if _OFTEN * count >= len(texts) and group in conditions}
    most = {group for group, count in counts.items() if 2 * count > len(texts)}
    return frozenset(often | most | find_groups(title))


@lru_cache(maxsize=_REMEMBERED)
def _named(text: str) -> frozenset[str]:
    groups: set[str] = set()
    for group, pattern in _patterns():
        text, count = pattern.subn(lambda found: "_" * len(found[0]), text)
        if count:
            groups.add(group)
    return frozenset(groups)


def _by_age(text: str) -> Iterator[str]:
    """ "Adults over 65" are old, those under 12 children."""
    for stated in find_quantities(text):
        one = stated.quantity
        if one.unit == "month" and one.bound[:1] == ">" and one.low >= _GROWN:
            yield "adults"
            if one.low >= _OLD:
                yield "older"
        elif one.unit == "month" and one.bound[:1] == "<" and one.high <= _GROWN:
            yield "children"


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    return yaml.safe_load(_FILE.read_text("utf-8"))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    table = _table()
    organs = {organ: _DISEASE.format(*names) for organ, names in table["organs"].items()}
    return tuple(
        (group, pattern_of(words))
        for group, words in (*table["conditions"].items(), *organs.items(), *table["people"].items())
    )
