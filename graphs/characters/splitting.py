"""Making two characters of one."""

from collections.abc import Callable, Iterable
from typing import Any

from graphs.characters.edits import Split
from graphs.characters.questions import fold
from tools.errors import InvalidInput

Entry = dict[str, Any]


def refused(message: str) -> InvalidInput:
    return InvalidInput(message, hint="Ids are those of the thread's newest result.", code="invalid_edit")


def new_character(id: str, name: str, counts: dict[str, int], gender: str, age: str) -> Entry:
    return {
        "id": id,
        "canonical_name": name,
        "aliases": [],
        "gender": gender,
        "age": age,
        "traits": [],
        "importance": "minor",
        "mentions": sum(counts.values()),
        "quotes": 0,
        "first_appearance_idx": None,
        "evidence": [],
        "is_narrator": False,
        "name_counts": counts if name in counts else {**counts, name: 0},
        "locked": [],
    }


def split_off(old: Entry, change: Split, id: str) -> Entry:
    """The character who takes some of the old one's names along.

    Raises:
        InvalidInput: The old one is never called so, or would have no name left; nothing was changed.
    """
    counts: dict[str, int] = old["name_counts"]
    taken = {fold(name): counts.get(fold(name)) for name in change.names}
    if absent := [name for name, count in taken.items() if count is None]:
        known = ", ".join(sorted(counts))
        raise refused(f"{old['id']} is never called {absent[0]!r}; its names are: {known}")
    if len(taken) == len(counts):
        raise refused(f"{old['id']} would be left without a name; rename it instead")
    taken = {name: counts[name] for name in taken}
    name = change.name or max(taken, key=lambda word: (taken[word], len(word)))
    new = new_character(id, name, taken, old["gender"], old["age"])
    new["first_appearance_idx"] = old["first_appearance_idx"]
    left = {name: count for name, count in counts.items() if name not in taken}
    old["name_counts"] = left
    old["mentions"] = sum(left.values())
    if old["canonical_name"] in taken:
        old["canonical_name"] = max(left, key=lambda word: (left[word], len(word)))
    return new


def share_relations(
    relations: Iterable[Entry], old: str, new: Entry, words_at: Callable[[Entry], str]
) -> list[Entry]:
    """All relations, of which those of the old character go along with the places that name the new one."""
    kept: list[Entry] = []
    added: list[Entry] = []
    for relation in relations:
        places: list[Entry] = relation["evidence"]
        taken = [place for place in places if any(name in words_at(place) for name in new["name_counts"])]
        if old not in (relation["from"], relation["to"]) or not taken:
            kept.append(relation)
            continue
        share = len(taken) / len(places)
        moved = {**relation, "evidence": taken, "weight": relation["weight"] * share}
        added.append(moved | {end: new["id"] for end in ("from", "to") if relation[end] == old})
        if share < 1:
            left = [place for place in places if place not in taken]
            kept.append({**relation, "evidence": left, "weight": relation["weight"] * (1 - share)})
    return [*kept, *added]
