"""The rules that make names of one person one, from the safest to the boldest."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from tools.novels.english.clusters import Clusters
from tools.novels.english.lexicon import NICKNAMES
from tools.novels.english.name_index import NameUse
from tools.novels.english.names import Name, full_forms, same_given_name
from tools.novels.english.spelling import misspellings
from tools.novels.english.titles import KIN_TITLES, NOBLE_TITLES

_DOMINANCE = 2.0  # how many times more support the best of several bearers of a name needs
_GIVEN_DOMINANCE = 5.0  # the same for a given name: strangers get the full name more often than the family
_FEW = 5  # fewer uses of a full name decide nothing about a given name
_NEAR = 2000  # characters within which a full name introduces its short form
_NEAR_PLACES = 5  # as many places show that it is one person
_NARRATED_SHARE = 0.35  # pet names belong to speech: the most of their uses that narration may hold
_COUPLES = 2  # places with "Mr. and Mrs. Price" that make Mr. Price a father
_MOST_NAMESAKES = 8  # full names with one given name and surname that are compared


def merge_all(clusters: Clusters, similarity_threshold: float) -> dict[str, Sequence[str]]:
    """Apply every rule; returns the names that several people bear, each with one name of each bearer.

    Args:
        clusters: The names, each still alone.
        similarity_threshold: How alike (0 to 1) a rare spelling and a frequent one must be to be one name.
    """
    rules = _Rules(clusters)
    rules.full_names()
    rules.titled_given_names()
    rules.titled_surnames()
    rules.given_names()
    rules.pet_names()
    rules.surnames()
    rules.ranks()
    rules.shortened()
    rules.spellings(similarity_threshold)
    return rules.ambiguous


class _Rules:
    """Rules over the names of one book; each looks names up by their parts."""

    def __init__(self, clusters: Clusters) -> None:
        self._clusters = clusters
        self._uses = clusters.index.uses
        self._couples = clusters.index.couples
        self._by_given: defaultdict[str, list[NameUse]] = defaultdict(list)
        self._by_surname: defaultdict[str, list[NameUse]] = defaultdict(list)
        self.ambiguous: dict[str, Sequence[str]] = {}
        for use in self._uses.values():
            if use.name.given:
                for form in full_forms(use.name.given):
                    self._by_given[form].append(use)
            if use.name.surname:
                self._by_surname[use.name.surname].append(use)

    def full_names(self) -> None:
        """ "Mr. Frank Churchill" is "Frank Churchill"; "Eliza Bennet" is "Elizabeth Bennet"."""
        for uses in self._by_surname.values():
            seen: defaultdict[str, list[NameUse]] = defaultdict(list)
            for use in uses:
                if use.name.given:
                    self._merge_same(use, seen)

    def _merge_same(self, use: NameUse, seen: defaultdict[str, list[NameUse]]) -> None:
        """Merge a full name with those of its surname ``seen`` before, by every form of the given name."""
        for form in sorted(full_forms(use.name.given)):
            for other in seen[form][:_MOST_NAMESAKES]:
                if _is_same_full_name(use.name, other.name):
                    self._clusters.merge_compatible(
                        other.name.key, use.name.key, "same given name and surname"
                    )
            seen[form].append(use)

    def titled_given_names(self) -> None:
        """ "Sir Thomas" is "Sir Thomas Bertram"; "Miss Harriet" is "Harriet Smith", or "Harriet"."""
        for use in self._each(lambda name: name.is_given_only and bool(name.title)):
            if use.name.title in KIN_TITLES:
                continue
            same = [o for o in self._namesakes(use) if o.name.is_full]
            titled = [o for o in same if o.name.title == use.name.title]
            untitled = [o for o in same if not o.name.title and use.name.title not in NOBLE_TITLES]
            bare = self._only_bare_namesakes(use)
            self._choose(use, titled or untitled or bare, "same title and given name")

    def _only_bare_namesakes(self, use: NameUse) -> Sequence[NameUse]:
        """The given name alone, where nobody has it with a surname or another title; no noble ones."""
        namesakes = self._namesakes(use)
        is_safe = use.name.title not in NOBLE_TITLES and not any(
            other.name.is_full or other.name.title for other in namesakes
        )
        return namesakes if is_safe else ()

    def titled_surnames(self) -> None:
        """ "Mr. Darcy" is "Fitzwilliam Darcy"; "Miss Bennet" is the sister who has no "Miss Jane"."""
        titled = self._each(lambda name: name.is_surname_only and bool(name.title))
        for use in sorted(titled, key=lambda use: (use.name.title != "Miss", -use.count)):
            if use.name.title not in KIN_TITLES:
                full = [o for o in self._by_surname[use.name.surname] if self._may_be(use, o)]
                others = [o for o in full if not self._has_titled_given(use.name.title, o)]
                self._choose(use, others or full, "full name contains surname", notes_doubt=False)

    def _may_be(self, use: NameUse, full: NameUse) -> bool:
        """Whether a titled surname may be this full name, considering the rest of the family."""
        title, surname = use.name.title, use.name.surname
        if not full.name.given or not self._clusters.are_compatible(use.name.key, full.name.key):
            return False
        if title == "Mr":
            wives = (f"Mrs {full.name.given} {surname}", f"Mrs {full.name.given}")
            return self._couples[surname] < _COUPLES and not any(wife in self._uses for wife in wives)
        if title in ("Mrs", "Lady") and full.name.title != title:
            return f"Miss {surname}" not in self._uses and f"Miss {full.name.given}" not in self._uses
        return True

    def _has_titled_given(self, title: str, full: NameUse) -> bool:
        """Whether the person is also called "Miss Elizabeth", which leaves "Miss Bennet" to another."""
        return any(use.name.title == title and use.name.given for use in self._clusters.uses(full.name.key))

    def given_names(self) -> None:
        """ "Emma" is "Emma Woodhouse"; "Aunt Agatha" is "Lady Agatha"."""
        for use in self._each(lambda name: name.is_given_only and _is_familiar(name)):
            same = [other for other in self._namesakes(use) if self._introduces(other, use)]
            full = [other for other in same if other.name.is_full or other.name.title in NOBLE_TITLES]
            bearers = full or same if use.name.title else full
            self._choose(use, bearers, "full name contains given name", dominance=_GIVEN_DOMINANCE)

    def _introduces(self, full: NameUse, short: NameUse) -> bool:
        """Whether the longer name mostly stands near the shorter one, as an introduction does."""
        if not _is_narrated(short):
            return True
        if full.name.title in NOBLE_TITLES:
            return False
        starts = [mention.start for mention in short.mentions]
        near = 0
        for mention in full.mentions:
            at = bisect_left(starts, mention.start - _NEAR)
            near += at < len(starts) and starts[at] < mention.end + _NEAR
        return full.count > short.count or near >= _NEAR_PLACES or 3 * near >= full.count

    def pet_names(self) -> None:
        """ "Lizzy", in speech, is "Elizabeth", in the narration."""
        for use in self._each(lambda name: name.is_given_only and name.given in NICKNAMES):
            if not _is_narrated(use):
                forms = NICKNAMES[use.name.given]
                full = [o for form in sorted(forms) for o in self._by_given[form] if o.name.given in forms]
                self._choose(use, full, "short form of the given name")

    def surnames(self) -> None:
        """ "Darcy" is "Mr. Darcy"; "aunt Norris" is "Mrs. Norris"."""
        for use in self._each(lambda name: name.is_surname_only and _is_familiar(name)):
            bearers = self._by_surname[use.name.surname]
            self._choose(use, bearers if use.name.title else self._bare_bearers(use, bearers), "surname")

    def _bare_bearers(self, use: NameUse, bearers: Sequence[NameUse]) -> Sequence[NameUse]:
        """Whom a bare surname may mean: the son where "Mr." is the father; a man rather than a woman."""
        men = [o for o in bearers if o is not use and self._clusters.gender(o.name.key) != "female"]
        sons = [other for other in men if other.name.given and not other.name.title]
        has_parents = self._couples[use.name.surname] >= _COUPLES
        return (sons if has_parents else ()) or men or bearers

    def ranks(self) -> None:
        """ "the Colonel" is "Colonel Forster", "the Queen" is "the Queen of Hearts"."""
        for use in self._each(lambda name: bool(name.title) and name.key.capitalize() == name.title):
            self._choose(use, self._each(lambda name, rank=use.name.title: name.title == rank), "rank")

    def shortened(self) -> None:
        """ "the Rabbit" is "the White Rabbit"; "Bruno" is "Bruno-the-Bear"."""
        longer: defaultdict[str, list[NameUse]] = defaultdict(list)
        for use in self._each(lambda name: not name.title and not name.given):
            parts = use.name.key.split("-the-") if "-the-" in use.name.key else use.name.key.split()[-1:]
            for part in set(parts) - {use.name.key}:
                longer[part].append(use)
        for use in self._each(lambda name: name.key in longer):
            self._choose(use, longer[use.name.key], "part of a longer name")

    def spellings(self, threshold: float) -> None:
        """ "Mr. Denney", once, is "Mr. Denny"."""
        for frequent, rare in misspellings(self._uses.values(), threshold):
            if self._clusters.may_be_one(frequent.name.key, rare.name.key):
                self._clusters.merge(frequent.name.key, rare.name.key, "other spelling")

    def _each(self, condition: Callable[[Name], bool]) -> list[NameUse]:
        return [use for use in self._uses.values() if condition(use.name)]

    def _namesakes(self, use: NameUse) -> list[NameUse]:
        """The other uses with the same given name."""
        given = use.name.given
        return [other for other in self._by_given[given] if other is not use and other.name.given == given]

    def _choose(
        self,
        use: NameUse,
        bearers: Iterable[NameUse],
        reason: str,
        *,
        notes_doubt: bool = True,
        dominance: float = _DOMINANCE,
    ) -> None:
        """Merge a name with the one person who bears it, or who bears it far more than others do."""
        support: defaultdict[str, int] = defaultdict(int)
        for bearer in bearers:
            if bearer is not use and self._clusters.are_compatible(bearer.name.key, use.name.key):
                support[self._clusters.sets.find(bearer.name.key)] += bearer.count
        ranked = sorted(support, key=lambda root: -support[root])
        if len(ranked) > 1 and _is_doubtful(support[ranked[0]], support[ranked[1]], dominance):
            if notes_doubt:
                self.ambiguous[use.name.key] = ranked
        elif ranked:
            self.ambiguous.pop(use.name.key, None)
            self._clusters.merge(ranked[0], use.name.key, reason)


def _is_doubtful(most: int, next_most: int, dominance: float) -> bool:
    return most < (dominance if next_most >= _FEW else _DOMINANCE) * next_most


def _is_narrated(use: NameUse) -> bool:
    return use.in_narration > _NARRATED_SHARE * use.count


def _is_familiar(name: Name) -> bool:
    """Whether the family would use the name: without title, or with "Aunt"."""
    return not name.title or name.title in KIN_TITLES


def _is_same_full_name(one: Name, other: Name) -> bool:
    if one.given == other.given:
        return True
    is_noble = not NOBLE_TITLES.isdisjoint((one.title, other.title))
    return not is_noble and same_given_name(one.given, other.given)
