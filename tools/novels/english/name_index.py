"""The names of one book with their places, and what the text says about each."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tools.novels.english.candidates import name_key
from tools.novels.english.names import Name, known_parts, parse_name
from tools.novels.types import Mention, Span

_PRONOUN = re.compile(r"\b(?:(he|his|him|himself)|(she|her|hers|herself))\b", re.I)
_BREAK = re.compile(r"[.!?;\"“”]")
_AND = re.compile(r",?\s+and\s+(?:the\s+)?")
_COUPLE = re.compile(r"\bMr\.?\s+and\s+Mrs\.?\s+([^\W\d_]+)")
_PRONOUN_WINDOW = 90  # characters after a name in which a pronoun probably means the same person


@dataclass(slots=True)
class NameUse:
    """How one name is used over the whole book."""

    name: Name
    mentions: list[Mention] = field(default_factory=list[Mention])
    in_narration: int = 0
    male: int = 0  #: Places followed by "he" or "his".
    female: int = 0  #: Places followed by "she" or "her".

    @property
    def count(self) -> int:
        """How often the name occurs."""
        return len(self.mentions)


@dataclass(slots=True)
class NameIndex:
    """All names of a book by key."""

    uses: dict[str, NameUse]
    joined: Counter[tuple[str, str]]  #: Pairs (sorted) written "X and Y".
    couples: Counter[str]  #: Surnames in "Mr. and Mrs. Gardiner".


def index_names(text: str, spans: Sequence[Span], mentions: Sequence[Mention]) -> NameIndex:
    """Gather the uses of every name."""
    keys = [name_key(mention.surface) for mention in mentions]
    known = known_parts(keys)
    uses = {key: NameUse(parse_name(key, known)) for key in dict.fromkeys(keys)}
    span_starts = [span.start for span in spans]
    for index, (mention, key) in enumerate(zip(mentions, keys, strict=True)):
        uses[key].mentions.append(mention)
        if not spans[bisect_right(span_starts, mention.start) - 1].is_quotation:
            following = mentions[index + 1].start if index + 1 < len(mentions) else len(text)
            _note_narrated(text, mention, following, uses[key])
    return NameIndex(uses, Counter(_joined(text, mentions, keys)), Counter(_COUPLE.findall(text)))


def _note_narrated(text: str, mention: Mention, following: int, use: NameUse) -> None:
    use.in_narration += 1
    match = _PRONOUN.search(text, mention.end, min(mention.end + _PRONOUN_WINDOW, following))
    if match and not _BREAK.search(text, mention.end, match.start()):
        use.male += match.group(1) is not None
        use.female += match.group(2) is not None


def _joined(text: str, mentions: Sequence[Mention], keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    for (one, key), (other, other_key) in pairwise(zip(mentions, keys, strict=True)):
        if _AND.fullmatch(text, one.end, other.start):
            yield sorted_pair(key, other_key)


def sorted_pair(one: str, other: str) -> tuple[str, str]:
    """Two names in the order in which pairs are counted."""
    return (one, other) if one < other else (other, one)
