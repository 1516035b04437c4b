"""What follows from a result's characters and quotations, and is counted again after edits."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from graphs.characters.importance import importance_of
from tools.novels.ties import SYMMETRIC

Entry = dict[str, Any]

_MOST_EVIDENCE = 20
_MOST_TALKS_SHOWN = 5


def count(characters: Iterable[Entry], quotes: Iterable[Entry]) -> None:
    """Bring each character's own counts up to date, and its importance unless that is locked."""
    characters = list(characters)
    said = Counter(quote["speaker_id"] for quote in quotes if quote["speaker_id"])
    mentions = sum(character["mentions"] for character in characters)
    for character in characters:
        character["quotes"] = said[character["id"]]
        character["aliases"] = sorted(set(character["name_counts"]) - {character["canonical_name"]})
        if "importance" not in character["locked"]:
            character["importance"] = importance_of(
                quotes=character["quotes"],
                all_quotes=said.total(),
                mentions=character["mentions"],
                all_mentions=mentions,
            )


def alias_map(characters: Iterable[Entry], before: Mapping[str, str]) -> dict[str, str]:
    """Each name of one character alone; one that was nobody's alone before, only where an editor decided."""
    owners: dict[str, list[Entry]] = {}
    for character in characters:
        for name in character["name_counts"]:
            owners.setdefault(name, []).append(character)
    return {
        name: people[0]["canonical_name"]
        for name, people in owners.items()
        if len(people) == 1 and (name in before or people[0]["locked"])
    }


def related(relations: Iterable[Entry], quotes: Iterable[Entry]) -> list[Entry]:
    """The relations, each pair's of one type joined, and talks counted again from the quotations."""
    stated = (relation for relation in relations if relation["type"] != "talks_with")
    return _joined(chain(stated, _talks(quotes)))


def _talks(quotes: Iterable[Entry]) -> Iterator[Entry]:
    return (
        {
            "from": quote["speaker_id"],
            "to": quote["addressee_id"],
            "type": "talks_with",
            "weight": 1.0,
            "evidence": [{"start": quote["start"], "end": quote["end"], "reason": "quotation"}],
        }
        for quote in quotes
        if quote["speaker_id"] and quote["addressee_id"]
    )


def _joined(relations: Iterable[Entry]) -> list[Entry]:
    found: dict[tuple[str, str, str], Entry] = {}
    for relation in relations:
        one, other, kind = relation["from"], relation["to"], relation["type"]
        if kind in SYMMETRIC:
            one, other = min(one, other), max(one, other)
        known = found.get((one, other, kind))
        if known is None:
            known = found[(one, other, kind)] = {**relation, "from": one, "to": other}
            known |= {"weight": 0.0, "evidence": list[Entry]()}
        known["weight"] += relation["weight"]
        most = _MOST_TALKS_SHOWN if kind == "talks_with" else _MOST_EVIDENCE
        places = [*known["evidence"], *relation["evidence"]]
        known["evidence"] = sorted(places, key=lambda place: place["start"])[:most]
    return [found[key] for key in sorted(found)]
