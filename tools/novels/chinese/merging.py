"""Which names of a book are one person."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tools.novels.chinese.conflicts import Pair
from tools.novels.chinese.name_lexicon import FAMILIAR_PREFIXES
from tools.novels.chinese.name_parts import NameParts
from tools.novels.types import Gender, NameFacts
from tools.novels.union_find import UnionFind


@dataclass(frozen=True, slots=True)
class Merge:
    """Two names of one person, and why."""

    name: str
    owner: str  #: The longer name, or the one that shows more.
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which a shorter name belongs to a longer one."""

    reason: str
    certainty: float  #: Compared with the caller's similarity threshold.
    shares: Callable[[NameParts], str]  #: The part of the shorter name that the longer one has, too.
    fits: Callable[[NameParts, NameParts], bool]  #: Whether the first may be a short form of the second.


def _given(short: NameParts) -> str:
    return short.given or (short.foreign[0] if short.foreign else "")


def _surname(short: NameParts) -> str:
    return "" if short.given else short.surname


def _word(short: NameParts) -> str:
    return short.word


def _pet_letter(short: NameParts) -> str:
    """The character that the person is called by in 「小翠」, 「阿翠」, 「翠翠」 and 「翠儿」."""
    letters = set(short.word) - FAMILIAR_PREFIXES - set("儿子娃")
    return letters.pop() if len(short.word) == 2 and len(letters) == 1 else ""


def _full_with_title(short: NameParts, long: NameParts) -> bool:
    same = (short.surname, short.given, short.foreign) == (long.surname, long.given, long.foreign)
    return bool(short.title) and same and not long.title


def _same_given(short: NameParts, long: NameParts) -> bool:
    return long.is_full and not short.surname and not short.title and len(short.given) > 1


def _foreign_part(short: NameParts, long: NameParts) -> bool:
    return short.word in long.foreign


def _given_with_title(short: NameParts, long: NameParts) -> bool:
    same = short.given == long.given or short.given in long.foreign
    return bool(short.title) and same and not long.title


def _surname_with_title(short: NameParts, long: NameParts) -> bool:
    return bool(short.title) and long.is_full


def _familiar_surname(short: NameParts, long: NameParts) -> bool:
    return bool(short.prefix) and (long.is_full or bool(long.title)) and short.surname == long.surname


def _nickname(short: NameParts, long: NameParts) -> bool:
    return long.is_full and _pet_letter(short) in long.given


#: The surest first: what an earlier rule has joined, a later one sees as one person.
RULES = (
    Rule("full name with title", 0.99, _given, _full_with_title),
    Rule("full name contains given name", 0.95, _given, _same_given),
    Rule("full name contains part", 0.95, _word, _foreign_part),
    Rule("given name with kinship word", 0.9, _given, _given_with_title),
    Rule("surname with title", 0.85, _surname, _surname_with_title),
    Rule("familiar form of surname", 0.8, _surname, _familiar_surname),
    Rule("familiar form of given name", 0.75, _pet_letter, _nickname),
)


def _parts(name: NameParts) -> set[str]:
    """All that a shorter name of the same person may have in common with this one."""
    return {name.surname, name.given, *name.given, *name.foreign} - {""}


class Merger:
    """Joins names into people, never against a conflict."""

    def __init__(
        self,
        text: str,
        names: Mapping[str, NameParts],
        conflicts: Iterable[Pair],
        genders: Mapping[str, Gender],
    ) -> None:
        self._text = text
        self._names = names
        self._genders = genders
        self.people = UnionFind(names)
        self.merges: list[Merge] = []
        self.ambiguous: set[str] = set()  #: Names that several people share.
        self.contested: list[tuple[str, str]] = []  #: Proposed pairs that the text shows to be two people.
        self._sharing: defaultdict[str, list[NameParts]] = defaultdict(list)
        for name in names.values():
            for part in _parts(name):
                self._sharing[part].append(name)
        self._enemies: defaultdict[str, set[str]] = defaultdict(set)
        for pair in conflicts:
            one, other = tuple(pair)
            self._enemies[one].add(other)
            self._enemies[other].add(one)

    def tell(self, facts: NameFacts) -> None:
        """Join and separate what an editor or model says, whatever the rules think."""
        for one, other in facts.different:
            self._enemies[one].add(other)
            self._enemies[other].add(one)
        for one, other in facts.same:
            if one in self._names and other in self._names:
                self._join(one, other, "told")
        for one, other in facts.proposed:
            if one not in self._names or other not in self._names:
                continue
            if self.people.find(one) == self.people.find(other) or self._may_join(one, other):
                self._join(one, other, "read as one person")
            else:
                self.contested.append((one, other))

    def apply(self, rule: Rule) -> None:
        """Join each name to the one person to whom it belongs by the rule; several make it ambiguous."""
        for short in self._names.values():
            possible = self._sharing.get(rule.shares(short), ())
            longer = [n.word for n in possible if n is not short and rule.fits(short, n)]
            owners = {self.people.find(word): word for word in longer}
            if owners and self.people.find(short.word) not in owners:
                free = [word for word in owners.values() if self._may_join(short.word, word)]
                self._choose(short, free, rule)

    def _choose(self, short: NameParts, owners: Sequence[str], rule: Rule) -> None:
        introduced = [word for word in owners if short.title and f"{short.title}{word}" in self._text]
        if len(introduced) == 1:
            owners = introduced
        if len(owners) == 1:
            self._join(short.word, owners[0], rule.reason)
        elif owners and len(self.people.members(short.word)) == 1:
            self.ambiguous.add(short.word)

    def _join(self, name: str, owner: str, reason: str) -> None:
        self.people.union(name, owner)
        self.ambiguous.discard(name)
        self.merges.append(Merge(name, owner, reason))

    def _may_join(self, one: str, other: str) -> bool:
        ours, theirs = self.people.members(one), self.people.members(other)
        if any(not self._enemies[name].isdisjoint(theirs) for name in ours):
            return False
        genders = {self._genders.get(name, "unknown") for name in (*ours, *theirs)} - {"unknown"}
        return len(genders) < 2
