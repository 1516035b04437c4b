"""Names on their way to becoming people: merging with evidence, under constraints."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tools.novels.english.gender import find_gender
from tools.novels.english.name_index import NameIndex, NameUse, sorted_pair
from tools.novels.english.names import Name, same_given_name
from tools.novels.english.titles import INTERCHANGEABLE, KIN_TITLES
from tools.novels.types import Evidence, Gender
from tools.novels.union_find import UnionFind

_USES_PER_SLIP = 30  # uses of a name in which one sign that it is another person may be misread


@dataclass(slots=True)
class Clusters:
    """Sets of names, each set one person."""

    index: NameIndex
    different: frozenset[tuple[str, str]]  #: Pairs of names (sorted) that are surely two people.
    talking: Counter[tuple[str, str]]  #: How often one name of a pair (sorted) speaks to the other.
    genders: Mapping[str, Gender]  #: Decided genders by name.
    sets: UnionFind[str]
    evidence: dict[str, list[Evidence]] = field(default_factory=dict[str, list[Evidence]])

    def uses(self, key: str) -> list[NameUse]:
        """The names that are one person with ``key``."""
        return [self.index.uses[member] for member in self.sets.members(key)]

    def gender(self, key: str) -> Gender:
        """The gender of the person who bears ``key``."""
        return find_gender(self.uses(key), self.genders)

    def is_merged(self, one: str, other: str) -> bool:
        """Whether two names are one person by now."""
        return self.sets.find(one) == self.sets.find(other)

    def merge(self, one: str, other: str, reason: str) -> None:
        """Make two names one person, whatever speaks against it."""
        one_set, other_set = self.sets.find(one), self.sets.find(other)
        if one_set == other_set:
            return
        shown = [*self.evidence.pop(one_set, ()), *self.evidence.pop(other_set, ())]
        place = self.index.uses[other].mentions[0]
        shown.append(Evidence(start=place.start, end=place.end, reason=reason))
        self.evidence[self.sets.union(one, other)] = shown

    def merge_compatible(self, one: str, other: str, reason: str) -> None:
        """Make two names one person unless something speaks against it."""
        if self.are_compatible(one, other):
            self.merge(one, other, reason)

    def are_compatible(self, one: str, other: str) -> bool:
        """Whether neither gender, nor the text, nor the parts of the names show two people."""
        return self.may_be_one(one, other) and not any(
            _conflict(ours.name, theirs.name) for ours in self.uses(one) for theirs in self.uses(other)
        )

    def may_be_one(self, one: str, other: str) -> bool:
        """Whether neither gender nor the text shows two people."""
        ours, theirs = self.uses(one), self.uses(other)
        return not self._differ_in_gender(ours, theirs) and not any(
            self._are_apart(our, their) for our in ours for their in theirs
        )

    def _differ_in_gender(self, ours: Sequence[NameUse], theirs: Sequence[NameUse]) -> bool:
        return {find_gender(ours, self.genders), find_gender(theirs, self.genders)} == {"male", "female"}

    def _are_apart(self, one: NameUse, other: NameUse) -> bool:
        pair = sorted_pair(one.name.key, other.name.key)
        if pair in self.different:
            return True
        shown = self.index.joined[pair] + self.talking[pair]
        are_alike = not set(one.name.key.split()).isdisjoint(other.name.key.split())
        return shown > min(one.count, other.count) // _USES_PER_SLIP + are_alike


def _conflict(one: Name, other: Name) -> bool:
    """Whether the parts of two names cannot be one person's."""
    if one.given and other.given:
        if not same_given_name(one.given, other.given):
            return True
    elif _titles_conflict(one.title, other.title):
        return True
    return bool(one.surname and other.surname) and one.surname.split()[-1] != other.surname.split()[-1]


def _titles_conflict(one: str, other: str) -> bool:
    if not one or not other or one == other or not KIN_TITLES.isdisjoint((one, other)):
        return False
    return not (one in INTERCHANGEABLE and other in INTERCHANGEABLE)
