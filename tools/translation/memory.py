"""A translation memory: what was translated before, found again exactly or nearly."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

_PART = 3  # characters that texts are compared by at first
_COMPARED = 20  # entries that share the most parts with a text are compared with it in full
_COMMON = 0.2  # of all entries: parts that stand in more of them tell nothing
_FEW = 50  # entries, among which no part is common
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An entry that is like a text."""

    source: str
    target: str
    likeness: float  #: From 0 to 1: the ratio of difflib's SequenceMatcher.


class TranslationMemory:
    """Pairs of texts, marks for protected parts included, of one pair of languages.

    Args:
        pairs: From source to translation; of two for one source, the later counts.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = {plain(source): target for source, target in pairs}
        self._entries = list(self.pairs)
        by_part: defaultdict[str, list[int]] = defaultdict(list)
        for place, source in enumerate(self._entries):
            for part in _parts(source):
                by_part[part].append(place)
        most = max(_FEW, _COMMON * len(self._entries))
        self._by_part: Mapping[str, list[int]] = {
            part: places for part, places in by_part.items() if len(places) <= most
        }

    def __len__(self) -> int:
        return len(self.pairs)

    def exact(self, words: str) -> str | None:
        """The translation of just these words; white space is not looked at."""
        return self.pairs.get(plain(words))

    def similar(self, words: str, *, least: float, most: int = 2) -> list[Match]:
        """The entries that are most like these words, the likest first; the same words are not among them.

        Args:
            least: Of the likeness.
            most: Entries.
        """
        text = plain(words)
        shared = Counter(place for part in _parts(text) for place in self._by_part.get(part, ()))
        matches: list[Match] = []
        for place, _ in shared.most_common(_COMPARED):
            source = self._entries[place]
            if source == text or min(len(source), len(text)) < least * max(len(source), len(text)) / 2:
                continue
            matcher = SequenceMatcher(None, source, text, autojunk=False)
            if matcher.quick_ratio() >= least and (likeness := matcher.ratio()) >= least:
                matches.append(Match(source=source, target=self.pairs[source], likeness=likeness))
        return sorted(matches, key=lambda match: -match.likeness)[:most]


def plain(words: str) -> str:
    """Words as the memory compares them."""
    return _SPACE.sub(" ", words).strip()


def _parts(text: str) -> set[str]:
    return {text[at : at + _PART] for at in range(max(1, len(text) - _PART + 1))}
