"""From what the model said about names, window by window, to facts that hold for the whole book.

A name may mean different people in different windows ("Miss Bennet" is Jane until she is away), so windows
vote: two names are one person when more windows say so than deny it, and joining them joins no two names
of whom most windows say that they are two people.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations, product

from graphs.characters.questions import NamesAnswer, PairsAnswer
from tools.novels.types import Gender, NameFacts

Group = list[str]
"""A kind, then surface forms: of one person if the kind is a gender, else of several or none."""

UNCLEAR = "unclear"  #: People, but which?
NOT_A_PERSON = "none"
_VERDICTS = {True: "same", False: "different", None: UNCLEAR}
_DECISIVE = 1_000_000  # more votes than any book has windows


def read_names(answer: NamesAnswer, surfaces: dict[str, str], unusable: set[str]) -> list[Group]:
    """An answer as groups of surface forms, without the items that stayed wrong.

    Args:
        answer: The model's.
        surfaces: Surface form of each id.
        unusable: Ids and missed names that the answer got wrong.
    """
    groups = [
        [
            person.gender,
            *(surfaces[name] for name in person.names if name in surfaces and name not in unusable),
        ]
        for person in answer.people
    ]
    by_name = {
        name: group for person, group in zip(answer.people, groups, strict=True) for name in person.names
    }
    for missed in answer.missed:
        if missed.name in unusable:
            continue
        surface = " ".join(missed.name.split())
        if missed.same_as in by_name:
            by_name[missed.same_as].append(surface)
        else:
            groups.append([missed.gender, surface])
    for kind, ids in ((UNCLEAR, answer.unclear), (NOT_A_PERSON, answer.not_people)):
        groups.append([kind, *(surfaces[name] for name in ids if name in surfaces and name not in unusable)])
    return [group for group in groups if len(group) > 1]


def read_pairs(answer: PairsAnswer, names: dict[str, tuple[str, str]], unusable: set[str]) -> list[list[str]]:
    """The pairs, each as a name of the one, a name of the other, and "same", "different" or "unclear".

    Args:
        answer: The model's.
        names: Two names of each pair, by its id.
        unusable: Ids that the answer got wrong.
    """
    return [
        [*names[verdict.pair], _VERDICTS[verdict.same]]
        for verdict in answer.verdicts
        if verdict.pair in names and verdict.pair not in unusable
    ]


@dataclass(slots=True)
class Ballot:
    """The votes of all windows."""

    person: Counter[str] = field(default_factory=Counter[str])  #: That a name means a person: yes less no.
    same: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])  #: Likewise, of pairs.
    genders: dict[str, Counter[Gender]] = field(default_factory=dict[str, Counter[Gender]])
    _shelved: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def count_window(self, groups: Iterable[Group]) -> None:
        """Add what one window says."""
        people: list[list[str]] = []
        for kind, *surfaces in groups:
            self.person.update(dict.fromkeys(surfaces, -1 if kind == NOT_A_PERSON else 1))
            if kind not in (UNCLEAR, NOT_A_PERSON):
                people.append(surfaces)
            if kind in ("male", "female"):
                self._count_gender(kind, surfaces)
        for surfaces in people:
            self._count_pairs(combinations(surfaces, 2), 1)
        for one, other in combinations(people, 2):
            self._count_pairs(product(one, other), -1)

    def decide(self, one: str, other: str, *, is_same: bool) -> None:
        """Settle a pair that was asked for by itself; it outweighs every window."""
        self.same[_pair(one, other)] = 2 * _DECISIVE if is_same else -2 * _DECISIVE

    def shelve(self, one: str, other: str) -> None:
        """Note that a pair was asked for by itself, and not even so decided."""
        self._shelved.add(_pair(one, other))

    def votes(self, one: Iterable[str], other: Iterable[str]) -> int:
        """How many more votes say that these are one person than deny it."""
        return sum(self.same[_pair(a, b)] for a, b in product(one, other) if a != b)

    def is_decided(self, one: str, other: str) -> bool:
        """Whether this pair was asked for by itself, or an editor settled it."""
        return _pair(one, other) in self._shelved or abs(self.same[_pair(one, other)]) >= _DECISIVE

    def is_silent(self, one: Iterable[str], other: Iterable[str]) -> bool:
        """Whether no vote ever said anything about these two, and nobody was asked."""
        pairs = [_pair(a, b) for a, b in product(one, other)]
        return all(pair not in self.same and pair not in self._shelved for pair in pairs)

    def facts(self) -> NameFacts:
        """What the votes come to."""
        people = self._people()
        return NameFacts(
            persons=frozenset(name for name, votes in self.person.items() if votes >= 0),
            not_persons=frozenset(name for name, votes in self.person.items() if votes < 0),
            same=tuple(pair for pair, votes in self.same.items() if votes >= _DECISIVE),
            proposed=tuple((names[0], name) for names in people for name in names[1:]),
            different=tuple(
                pair
                for one, other in combinations(people, 2)
                if self.votes(one, other) < 0
                for pair in product(one, other)
            ),
            genders={name: votes.most_common(1)[0][0] for name, votes in self.genders.items()},
        )

    def _people(self) -> list[list[str]]:
        people = {name: [name] for name, votes in self.person.items() if votes >= 0}
        for (one, other), votes in self.same.most_common():
            if votes <= 0:
                break
            if one not in people or other not in people or people[one] is people[other]:
                continue
            if self.votes(people[one], people[other]) > 0:
                people[one] += people[other]
                people.update(dict.fromkeys(people[one], people[one]))
        return list({id(names): names for names in people.values()}.values())

    def _count_gender(self, gender: Gender, surfaces: Iterable[str]) -> None:
        for surface in surfaces:
            self.genders.setdefault(surface, Counter())[gender] += 1

    def _count_pairs(self, pairs: Iterable[tuple[str, str]], votes: int) -> None:
        for one, other in pairs:
            if one != other:
                self.same[_pair(one, other)] += votes


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
