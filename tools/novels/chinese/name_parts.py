"""A Chinese name taken apart."""

import re
from collections.abc import Set
from dataclasses import dataclass

from tools.novels.chinese.name_lexicon import (
    COMPOUND_SURNAMES,
    FAMILIAR_PREFIXES,
    KIN_NAMES,
    KIN_SUFFIXES,
    RANKS,
    SURNAMES,
    TITLES,
)
from tools.novels.chinese.shapes import split_surname, split_title
from tools.novels.types import Gender

_ALL_SURNAMES = SURNAMES | COMPOUND_SURNAMES
_DOTS = re.compile("[·•・‧]")


@dataclass(frozen=True, slots=True)
class NameParts:
    """The parts of one name; missing parts are empty."""

    word: str
    surname: str = ""
    given: str = ""  #: Of 「少平」 and 「孙少平」: 少平.
    title: str = ""  #: Of 「田主任」: 主任; of 「润叶姐」: 姐.
    prefix: str = ""  #: Of 「老孙」: 老.
    foreign: tuple[str, ...] = ()  #: Of 「安娜·卡列尼娜」: both parts.

    @property
    def is_full(self) -> bool:
        """Whether it is a surname with a given name and nothing else."""
        return bool(self.surname and self.given and not self.title and not self.foreign)

    @property
    def gender(self) -> Gender:
        """What the title or kinship word says."""
        if self.title in TITLES:
            return TITLES[self.title]
        return KIN_SUFFIXES.get(self.title) or KIN_NAMES.get(self.title) or "unknown"


def parse_name(word: str, known: Set[str]) -> NameParts:
    """Take a name apart; `known` are all names of the book, which show where a given name ends."""
    if _DOTS.search(word):
        stem, title = split_title(word)
        return NameParts(word, title=title, foreign=tuple(_DOTS.split(stem)))
    if word[0] in RANKS and word[1:] in KIN_NAMES:
        return NameParts(word, title=word[1:])
    for length in (2, 1):
        stem, suffix = word[:-length], word[-length:]
        if suffix in KIN_SUFFIXES and stem in known:
            return NameParts(word, given=stem, title=suffix)
    surname, rest = split_surname(word)
    if surname and rest in TITLES:
        return NameParts(word, surname=surname, title=rest)
    stem, title = split_title(word)
    if title and stem in known:
        inner = parse_name(stem, known)
        return NameParts(word, inner.surname, inner.given, title)
    if len(word) == 2 and word[0] in FAMILIAR_PREFIXES:
        is_surname = word[0] != "阿" and word[1] in SURNAMES
        part = word[1]
        return NameParts(word, part if is_surname else "", "" if is_surname else part, prefix=word[0])
    ends_a_full_name = len(word) == 2 and any(other + word in known for other in _ALL_SURNAMES)
    if surname and len(rest) <= 2 and word[0] != word[1] and not ends_a_full_name:
        return NameParts(word, surname, rest)
    return NameParts(word, given=word)
