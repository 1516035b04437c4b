"""How much of what a text says another says, too: words, amounts, drugs, people and illnesses in common."""

import itertools
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

import yaml

from tools.medical.drugs import find_drugs
from tools.medical.opposites import values_of
from tools.medical.people import find_groups
from tools.medical.quantities import find_quantities
from tools.medical.word_lists import pattern_of

Thing = str | tuple[str, ...]  # a word, or what kind of thing and which
_FILE = Path(__file__).parents[2] / "configs" / "medical_synonyms.yaml"
_RUN = re.compile("[a-z]{3,}|[\u3400-\u9fff]+")
_STEM = 5  # letters of a word, so that endings do not part words
_NAMES = ("topic", "group", "drug")
# Words that tell nothing of what a sentence is about.
_COMMON = frozenset(
    " ".join(
        (
            "against recommend recommends recommended suggest suggests suggested help helps the and",
            "for you your with that this they are not can has have who what when where which will",
            "from into than then them their its our any all may might could should must does did was",
            "were been being but also very more most some such other only every each about after",
            "before over under between during take takes taken taking use used using get gets got",
            "give given make makes made need needs",
        )
    ).split()
)


def in_common(text: str, source: str, besides: str = "") -> int:
    """How many things both texts say, and ``besides`` does not."""
    return len((_said(text) & _said(source)) - _said(besides))


def is_akin(text: str, source: str) -> bool:
    """Whether both say one thing of weight: "every morning" or "by mouth" in common does not do."""
    return any(_has_weight(one) for one in _said(text) & _said(source))


def _has_weight(thing: Thing) -> bool:
    """Words, people, illnesses, drugs, and amounts that tell no frequency."""
    if isinstance(thing, str):
        return True
    return thing[0] in _NAMES or (thing[0] == "amount" and not thing[-1].startswith("time/"))


def told(text: str) -> int:
    """How many things ``text`` says, as ``in_common`` counts them."""
    return len(_said(text))


@lru_cache(maxsize=2048)  # the gates read each passage once for each sentence, draft and round
def _said(text: str) -> frozenset[Thing]:
    things: set[Thing] = set()
    for run in _RUN.findall(text.lower()):
        if not run.isascii():
            things.update(first + second for first, second in itertools.pairwise(run))
        elif run not in _COMMON:
            things.add(run[:_STEM])
    things.update(("topic", topic) for topic, pattern in _topics().items() if pattern.search(text))
    things.update(("group", group) for group in find_groups(text))
    things.update(("drug", drug) for drug in find_drugs(text))
    things.update(("amount", str(one.quantity.low), one.quantity.unit) for one in find_quantities(text))
    things.update((line, value) for line, values in values_of(text).items() for value in values)
    return frozenset(things)


@cache
def _topics() -> Mapping[str, re.Pattern[str]]:
    words: dict[str, str] = yaml.safe_load(_FILE.read_text("utf-8"))
    return {topic: pattern_of(pattern) for topic, pattern in words.items()}
