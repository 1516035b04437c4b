"""Places that show a relation, and relations gathered from them; the same for every language."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from tools.novels.types import Attribution, Cast, Evidence, Mention, Relation, Span
from tools.text.paragraphs import iter_paragraphs

SYMMETRIC = frozenset(
    (
        *("spouse", "sibling", "sibling_in_law", "cousin", "relative", "friend", "lover", "betrothed"),
        *("colleague", "classmate", "neighbour", "enemy", "rival"),
        *("talks_with", "appears_with"),
    )
)  #: Types that hold both ways; their pairs are in the order of the ids.

_MOST_EVIDENCE = 5  # places kept for one relation
_MOST_IN_PARAGRAPH = 8  # people; longer lists of names say little about who is together


class Tie(NamedTuple):
    """One place that shows a relation: ``source`` is the ``type`` of ``target``."""

    source: str
    target: str
    type: str
    evidence: Evidence


def talking(spans: Sequence[Span], attributions: Iterable[Attribution]) -> Iterator[Tie]:
    """A tie for each quotation that one person says to another."""
    for attribution in attributions:
        speaker, addressee = attribution.speaker_id, attribution.addressee_id
        if speaker is not None and addressee is not None and speaker != addressee:
            span = spans[attribution.quote]
            evidence = Evidence(start=span.start, end=span.end, reason="quotation")
            yield Tie(speaker, addressee, "talks_with", evidence)


def appearing(text: str, cast: Cast) -> Iterator[Tie]:
    """A tie for each paragraph that names two people, in longer lists the first ones only."""
    named = sorted(
        ((mention, character.id) for character in cast.characters for mention in character.mentions),
        key=lambda pair: pair[0].start,
    )
    at = 0
    for _, end in iter_paragraphs(text):
        people: dict[str, Mention] = {}
        while at < len(named) and named[at][0].start < end:
            mention, person = named[at]
            if len(people) < _MOST_IN_PARAGRAPH:
                people.setdefault(person, mention)
            at += 1
        for one, other in combinations(people, 2):
            evidence = Evidence(start=people[one].start, end=people[other].end, reason="same paragraph")
            yield Tie(one, other, "appears_with", evidence)


def gather(ties: Iterable[Tie]) -> list[Relation]:
    """One relation for each pair and type, weighed by the number of places."""
    places: defaultdict[tuple[str, str, str], list[Evidence]] = defaultdict(list)
    for source, target, kind, evidence in ties:
        pair = (min(source, target), max(source, target)) if kind in SYMMETRIC else (source, target)
        places[(*pair, kind)].append(evidence)
    return [
        Relation(
            source_id=source,
            target_id=target,
            type=kind,
            weight=float(len(evidence)),
            evidence=tuple(evidence[:_MOST_EVIDENCE]),
        )
        for (source, target, kind), evidence in sorted(places.items())
    ]


def with_ties(relations: Iterable[Relation], ties: Iterable[Tie]) -> list[Relation]:
    """The relations with further places that show some."""
    found = {(r.source_id, r.target_id, r.type): r for r in relations}
    for more in gather(ties):
        key = (more.source_id, more.target_id, more.type)
        known = found.get(key)
        found[key] = (
            more
            if known is None
            else replace(
                known,
                weight=known.weight + more.weight,
                evidence=(*known.evidence, *more.evidence)[:_MOST_EVIDENCE],
            )
        )
    return [found[key] for key in sorted(found)]
