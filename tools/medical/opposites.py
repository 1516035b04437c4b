"""Words that are each other's opposites, and a text that has one where another text has the other."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from tools.medical.word_lists import pattern_of

_FILE = Path(__file__).parents[2] / "configs" / "medical_opposites.yaml"


@dataclass(frozen=True, slots=True)
class Opposition:
    """One word against others."""

    said: str  #: As the text has it.
    meant: str  #: As the other text has it.


def oppositions(text: str, source: str) -> Iterator[Opposition]:
    """Where ``text`` says the opposite of what ``source`` says, and of nothing else there."""
    for values in _lines().values():
        there = {value: found[0] for value, pattern in values.items() if (found := pattern.search(source))}
        if not there:
            continue
        for value, pattern in values.items():
            found = pattern.search(text)
            if found and value not in there:
                yield Opposition(said=found[0], meant=next(iter(there.values())))


@cache
def _lines() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    table: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text("utf-8"))
    return {
        line: {value: pattern_of(words) for value, words in values.items()} for line, values in table.items()
    }
