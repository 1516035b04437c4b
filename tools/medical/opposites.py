"""Words that are each other's opposites, and a text that has one where another text has the other."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
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
    there = values_of(source)
    for line, values in values_of(text).items():
        meant = there.get(line)
        if not meant:
            continue
        for value, said in values.items():
            if value not in meant:
                yield Opposition(said=said, meant=next(iter(meant.values())))


@lru_cache(maxsize=2048)  # the gates read each passage once for each sentence, draft and round
def values_of(text: str) -> Mapping[str, Mapping[str, str]]:
    """What ``text`` says on each line, by value."""
    found = {
        line: {value: match[0] for value, pattern in values.items() if (match := pattern.search(text))}
        for line, values in _lines().items()
    }
    return {line: values for line, values in found.items() if values}


@cache
def _lines() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    table: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text("utf-8"))
    return {
        line: {value: pattern_of(words) for value, words in values.items()} for line, values in table.items()
    }
