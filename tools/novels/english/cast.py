"""Building the cast of a book from its names."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tools.novels.english.apart import talking_pairs
from tools.novels.english.candidates import Keys, name_key
from tools.novels.english.clusters import Clusters
from tools.novels.english.gender import find_gender
from tools.novels.english.merging import merge_all
from tools.novels.english.name_index import NameIndex, NameUse, index_names, sorted_pair
from tools.novels.english.narrator import find_narrator, first_person
from tools.novels.types import Cast, Character, Evidence, Gender, Mention, NameFacts, Span
from tools.novels.union_find import UnionFind

_NEAR = 6000  # characters within which a bearer of an ambiguous name is looked for


@dataclass(slots=True)
class _Person:
    mentions: list[Mention]
    gender: Gender = "unknown"
    evidence: list[Evidence] = field(default_factory=list[Evidence])


def build_cast(
    text: str,
    spans: Sequence[Span],
    mentions: Sequence[Mention],
    facts: NameFacts | None = None,
    *,
    similarity_threshold: float = 0.8,
) -> Cast:
    """Merge the names of the whole book into people, with evidence for each merge."""
    facts = facts or NameFacts()
    known = Keys()
    keys = [known[mention.surface] for mention in mentions]
    index = index_names(text, spans, mentions)
    talking = talking_pairs(text, spans, mentions, keys, index)
    clusters = Clusters(index, _pairs(facts.different), talking, _genders(facts), UnionFind(index.uses))
    ambiguous = merge_all(clusters, similarity_threshold)
    _obey(clusters, facts, ambiguous)
    contested = _weigh(clusters, facts, ambiguous)
    people = _people(clusters, ambiguous)
    narrator = _add_narrator(text, spans, people)
    order = sorted(range(len(people)), key=lambda number: people[number].mentions[0].start)
    characters = tuple(
        _character(place, people[number], is_narrator=number == narrator)
        for place, number in enumerate(order)
    )
    return Cast(characters=characters, ambiguous=_surfaces(index, ambiguous), contested=contested)


def _pairs(names: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset(sorted_pair(name_key(one), name_key(other)) for one, other in names)


def _genders(facts: NameFacts) -> dict[str, Gender]:
    return {name_key(name): gender for name, gender in facts.genders.items()}


def _obey(clusters: Clusters, facts: NameFacts, ambiguous: dict[str, Sequence[str]]) -> None:
    """Merge what a model or an editor called one person; no rule stands against it."""
    for one, other in facts.same:
        keys = name_key(one), name_key(other)
        if all(key in clusters.index.uses for key in keys):
            clusters.merge(*keys, "stated")
            for key in keys:
                ambiguous.pop(key, None)


def _weigh(
    clusters: Clusters, facts: NameFacts, ambiguous: dict[str, Sequence[str]]
) -> tuple[tuple[str, str], ...]:
    """Merge what was read as one person; returns the pairs against which gender or dialogue stands."""
    contested: list[tuple[str, str]] = []
    for one, other in facts.proposed:
        keys = name_key(one), name_key(other)
        if not all(key in clusters.index.uses for key in keys):
            continue
        if not clusters.is_merged(*keys) and not clusters.may_be_one(*keys):
            contested.append((one, other))
            continue
        clusters.merge(*keys, "read as one person")
        for key in keys:
            ambiguous.pop(key, None)
    return tuple(contested)


def _people(clusters: Clusters, ambiguous: Mapping[str, Sequence[str]]) -> list[_Person]:
    people: dict[str, _Person] = {}
    for keys in clusters.sets.sets():
        sure = [clusters.index.uses[key] for key in keys if key not in ambiguous]
        if sure:
            root = clusters.sets.find(keys[0])
            gender = find_gender(sure, clusters.genders)
            people[root] = _Person(_mentions(sure), gender, clusters.evidence.get(root, []))
    for key, names in ambiguous.items():
        use = clusters.index.uses[key]
        roots = dict.fromkeys(map(clusters.sets.find, names))
        bearers = [people[root] for root in roots if root in people]
        if bearers:
            _share_out(use.mentions, bearers)
        else:
            people[key] = _Person(list(use.mentions), find_gender([use], clusters.genders))
    return list(people.values())


def _mentions(uses: Iterable[NameUse]) -> list[Mention]:
    return sorted((mention for use in uses for mention in use.mentions), key=lambda mention: mention.start)


def _share_out(mentions: Sequence[Mention], bearers: Sequence[_Person]) -> None:
    """Give each mention of an ambiguous name to the bearer who is named nearest, else to the first."""
    starts = [[mention.start for mention in bearer.mentions] for bearer in bearers]
    for mention in mentions:
        distances = [_distance(places, mention.start) for places in starts]
        nearest = min(range(len(bearers)), key=distances.__getitem__)
        chosen = bearers[nearest] if distances[nearest] < _NEAR else bearers[0]
        chosen.mentions.append(mention)
    for bearer in bearers:
        bearer.mentions.sort(key=lambda mention: mention.start)


def _distance(starts: Sequence[int], place: int) -> int:
    at = bisect_left(starts, place)
    return min((abs(start - place) for start in starts[max(0, at - 1) : at + 1]), default=1 << 60)


def _add_narrator(text: str, spans: Sequence[Span], people: list[_Person]) -> int | None:
    """Which of the people says "I", after adding a nameless one if it is none of them."""
    first = first_person(text, spans)
    if first is None:
        return None
    narrator = find_narrator(text, spans, [person.mentions for person in people])
    if narrator is None:
        narrator = len(people)
        people.append(_Person([Mention(start=first, end=first + 1, surface="I")]))
    return narrator


def _character(place: int, person: _Person, *, is_narrator: bool) -> Character:
    surfaces = Counter(mention.surface for mention in person.mentions)
    return Character(
        id=f"c{place:03}",
        canonical_name=_canonical_name(surfaces),
        aliases=tuple(surfaces),
        gender=person.gender,
        mentions=tuple(person.mentions),
        evidence=tuple(sorted(person.evidence, key=lambda evidence: evidence.start)),
        is_narrator=is_narrator,
    )


def _canonical_name(surfaces: Counter[str]) -> str:
    """The most frequent name; of several the one with a capital, then the longest."""
    return max(surfaces, key=lambda surface: (surfaces[surface], surface[0].isupper(), len(surface)))


def _surfaces(index: NameIndex, keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mention.surface for key in keys for mention in index.uses[key].mentions))
