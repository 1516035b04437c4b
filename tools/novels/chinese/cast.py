"""Building the cast of a book from its names."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from tools.novels.chinese.conflicts import find_conflicts
from tools.novels.chinese.gender import count_pronouns, judge_gender
from tools.novels.chinese.merging import RULES, Merger
from tools.novels.chinese.name_parts import NameParts, parse_name
from tools.novels.chinese.narrator import find_narrator, first_person
from tools.novels.chinese.shapes import is_full_name, split_surname
from tools.novels.types import Cast, Character, Evidence, Gender, Mention, NameFacts, Span


@dataclass(frozen=True, slots=True)
class _Person:
    names: tuple[NameParts, ...]
    mentions: tuple[Mention, ...]
    gender: Gender
    evidence: tuple[Evidence, ...] = ()


def build_cast(
    text: str,
    spans: Sequence[Span],
    mentions: Sequence[Mention],
    facts: NameFacts | None = None,
    *,
    similarity_threshold: float = 0.8,
) -> Cast:
    """Merge the names of the whole book into people, with evidence for each merge.

    Args:
        similarity_threshold: The least certainty, from 0 to 1, of the rules that may join two names.
    """
    facts = facts or NameFacts()
    names = _parse({mention.surface for mention in mentions})
    votes = count_pronouns(text, spans, mentions)
    genders: dict[str, Gender] = {
        word: judge_gender([name], votes, facts.genders) for word, name in names.items()
    }
    merger = Merger(text, names, find_conflicts(text, spans, mentions), genders)
    merger.tell(facts)
    for rule in RULES:
        if rule.certainty >= similarity_threshold:
            merger.apply(rule)
    places = _places(mentions)
    evidence = _evidence(merger, places)
    people: list[_Person] = []
    for words in merger.people.sets():
        if merger.ambiguous.isdisjoint(words):
            members = tuple(names[word] for word in words)
            gender = judge_gender(members, votes, facts.genders)
            mentioned = sorted((m for word in words for m in places[word]), key=lambda m: m.start)
            root = merger.people.find(words[0])
            people.append(_Person(members, tuple(mentioned), gender, tuple(evidence.get(root, ()))))
    people, narrator = _with_narrator(text, spans, people)
    characters = (_character(i, person, is_narrator=person is narrator) for i, person in enumerate(people))
    return Cast(
        characters=tuple(characters),
        ambiguous=tuple(sorted(merger.ambiguous)),
        contested=tuple(merger.contested),
    )


def _parse(surfaces: Set[str]) -> dict[str, NameParts]:
    """The parts of all names; parts count as known even where they stand only in full names."""
    given = {split_surname(surface)[1] for surface in surfaces if is_full_name(surface)}
    foreign = {part for surface in surfaces for part in parse_name(surface, surfaces).foreign}
    known = surfaces | given | foreign
    return {surface: parse_name(surface, known) for surface in sorted(surfaces)}


def _places(mentions: Iterable[Mention]) -> Mapping[str, Sequence[Mention]]:
    places: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        places[mention.surface].append(mention)
    return places


def _evidence(merger: Merger, places: Mapping[str, Sequence[Mention]]) -> Mapping[str, list[Evidence]]:
    """Why the names of each person are one, by the name that stands for the person."""
    evidence: defaultdict[str, list[Evidence]] = defaultdict(list)
    for merge in merger.merges:
        place = places[merge.owner][0]
        reason = Evidence(start=place.start, end=place.end, reason=merge.reason)
        evidence[merger.people.find(merge.name)].append(reason)
    return evidence


def _with_narrator(
    text: str, spans: Sequence[Span], people: list[_Person]
) -> tuple[list[_Person], _Person | None]:
    """The people in the order of appearance, and which of them says 「我」 in the narration."""
    people = sorted(people, key=lambda person: person.mentions[0].start)
    first = first_person(text, spans)
    if first is None:
        return people, None
    index = find_narrator(text, spans, [person.mentions for person in people])
    if index is not None:
        return people, people[index]
    mention = Mention(start=first, end=first + 1, surface="我")
    narrator = _Person((NameParts("我"),), (mention,), "unknown")
    return sorted([*people, narrator], key=lambda person: person.mentions[0].start), narrator


def _character(index: int, person: _Person, *, is_narrator: bool) -> Character:
    counts = Counter(mention.surface for mention in person.mentions)
    best = max(person.names, key=lambda name: (_wholeness(name), counts[name.word], len(name.word)))
    return Character(
        id=f"c{index:03d}",
        canonical_name=best.word,
        aliases=tuple(sorted(counts, key=lambda word: (-counts[word], word))),
        gender=person.gender,
        mentions=person.mentions,
        evidence=person.evidence,
        is_narrator=is_narrator,
    )


def _wholeness(name: NameParts) -> int:
    """How much of the person's name a name gives: 2 for 「安娜·卡列尼娜」, 1 for 「孙少平」, else 0."""
    return 2 * bool(name.foreign and not name.title) or int(name.is_full)
