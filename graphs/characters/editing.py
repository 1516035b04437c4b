"""Edits of a novel's result: pure functions from one result to the next.

A result is what graphs/characters/result.py writes. Every change leaves it whole: counts, the map of
aliases, talks and statistics follow, and what an editor decided is marked as locked.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, singledispatchmethod
from types import MappingProxyType
from typing import Any

from graphs.characters import tallies
from graphs.characters.edits import Add, Assign, Change, Describe, Merge, Part, Remove, Rename, Split
from graphs.characters.questions import fold
from graphs.characters.splitting import Entry, new_character, refused, share_relations, split_off
from graphs.characters.unsure import unsure_speaker

Result = dict[str, Any]

METHOD = "edit"  #: The method of a quotation whose speaker an editor named.

_MOST_EVIDENCE = 20
_IN_DOUBT = 0.5  # confidence of quotations that a split leaves behind without a name that shows their speaker


class Draft:
    """A result on its way through several edits; the one that it began with stays as it was."""

    lines: Mapping[str, str] = MappingProxyType({})  #: Words of the script's lines, by their ids.

    def __init__(self, result: Result, source: str) -> None:
        self._result = result
        self._source = source
        self.characters: dict[str, Entry] = {c["id"]: dict(c) for c in result["characters"]}
        self._relations: list[Entry] = [dict(r) for r in result["relations"]]
        self._unsure: list[Entry] = [item.copy() for item in result["unsure"]]

    @cached_property
    def quotes(self) -> dict[str, Entry]:
        """By id, the quotations as edits leave them: a copy, which is made for the first edit."""
        return {quote["id"]: quote.copy() for quote in self._result["quotes"]}

    def apply(self, change: Change, edit_id: str) -> None:
        """Make one change.

        Args:
            change: What is changed.
            edit_id: The edit's own id; a character that it brings about has the same one.

        Raises:
            InvalidInput: There is no such character, quotation or name; nothing was changed.
        """
        self._apply(change, edit_id)

    def finish(self) -> Result:
        """The result with all changes."""
        characters = list(self.characters.values())
        is_edited = "quotes" in vars(self)
        quotes = list(self.quotes.values()) if is_edited else self._result["quotes"]
        tallies.count(characters, quotes)
        statistics = self._result["statistics"] | {
            "total_characters": len(characters),
            "total_mentions": sum(c["mentions"] for c in characters),
            "attributed_dialogues": sum(q["speaker"] is not None for q in quotes),
        }
        return self._result | {
            "characters": characters,
            "alias_map": tallies.alias_map(characters, self._result["alias_map"]),
            "quotes": quotes,
            "relations": tallies.related(self._relations, quotes) if self._relations else [],
            "unsure": self._unsure,
            "statistics": statistics,
        }

    @singledispatchmethod
    def _apply(self, change: Any, edit_id: str) -> None:
        raise TypeError(f"no edit: {change!r}")

    @_apply.register
    def _(self, change: Merge, edit_id: str) -> None:
        kept = self.character(change.id)
        others = [self.character(other) for other in dict.fromkeys(change.ids)]
        if kept in others:
            raise refused(f"{change.id} cannot be merged with itself")
        for other in others:
            _absorb(kept, other)
            del self.characters[other["id"]]
        moved = {other["id"]: kept["id"] for other in others}
        self._renumber(moved)
        self.keep_together(kept["id"], kept["canonical_name"])

    @_apply.register
    def _(self, change: Split, edit_id: str) -> None:
        old = self.character(change.id)
        self._check_quotes(change.quotes)
        new = split_off(old, change, edit_id)
        self.characters[edit_id] = new
        for person in (old, new):
            _lock(person, "aliases")
        for quote in self.quotes.values():
            if quote["speaker_id"] == old["id"]:
                self._settle(quote, old, new, set(change.quotes))
        self._relations = share_relations(self._relations, old["id"], new, self._words_at)
        new["evidence"] = [place for place in old["evidence"] if self._words_at(place) in new["name_counts"]]
        old["evidence"] = [place for place in old["evidence"] if place not in new["evidence"]]

    @_apply.register
    def _(self, change: Rename, edit_id: str) -> None:
        self._call(self.character(change.id), fold(change.name))
        _lock(self.character(change.id), "canonical_name")

    @_apply.register
    def _(self, change: Describe, edit_id: str) -> None:
        character = self.character(change.id)
        for field, value in change.model_dump(exclude={"op", "id"}, exclude_none=True).items():
            character[field] = value
            _lock(character, field)

    @_apply.register
    def _(self, change: Assign, edit_id: str) -> None:
        self._check_quotes(change.quotes)
        given = change.model_fields_set
        for person in (change.speaker_id, change.addressee_id):
            if person is not None:
                self.character(person)
        for quote in (self.quotes[number] for number in change.quotes):
            if "speaker_id" in given:
                self._give(quote, change.speaker_id)
                quote |= {"method": METHOD, "confidence": 1.0, "evidence": None}
            if "addressee_id" in given:
                quote["addressee_id"] = change.addressee_id
        if "speaker_id" in given:
            settled = set(change.quotes)
            self._forget(lambda item: item["kind"] == "speaker" and item["quote"] in settled)

    @_apply.register
    def _(self, change: Part, edit_id: str) -> None:
        for person in change.ids:
            _lock(self.character(person), "aliases")
        apart = set(change.ids)
        self._forget(lambda item: item["kind"] == "alias" and set(item["ids"]) == apart)

    @_apply.register
    def _(self, change: Add, edit_id: str) -> None:
        name = fold(change.name)
        new = new_character(edit_id, name, {name: 0}, change.gender, change.age)
        new["locked"] = ["canonical_name"]
        self.characters[edit_id] = new

    @_apply.register
    def _(self, change: Remove, edit_id: str) -> None:
        removed = self.character(change.id)["id"]
        del self.characters[removed]
        for quote in self.quotes.values():
            if quote["speaker_id"] == removed:
                self._give(quote, None)
                quote |= {"method": "none", "confidence": 0.0, "evidence": None}
            if quote["addressee_id"] == removed:
                quote["addressee_id"] = None
        self._relations = [r for r in self._relations if removed not in (r["from"], r["to"])]
        self._forget(lambda item: item["kind"] == "alias" and removed in item["ids"])
        for item in self._unsure:
            if item["kind"] == "speaker":
                item["candidates"] = [person for person in item["candidates"] if person != removed]

    def keep_together(self, id: str, name: str) -> None:
        """Lock a character's names, of which this is the canonical one."""
        self._call(self.character(id), name)
        _lock(self.character(id), "aliases")

    def rename_id(self, old: str, new: str) -> None:
        """Give a character another id, everywhere."""
        if old == new:
            return
        self.characters = {
            (new if id == old else id): (c | {"id": new} if id == old else c)
            for id, c in self.characters.items()
        }
        self._renumber({old: new})

    def character(self, id: str) -> Entry:
        """The character of this id.

        Raises:
            InvalidInput: There is none.
        """
        if id not in self.characters:
            raise refused(f"there is no character {id!r}")
        return self.characters[id]

    def _call(self, character: Entry, name: str) -> None:
        character["name_counts"].setdefault(name, 0)
        character["canonical_name"] = name
        for quote in self.quotes.values():
            if quote["speaker_id"] == character["id"]:
                quote["speaker"] = name

    def _check_quotes(self, ids: Iterable[str]) -> None:
        if absent := [id for id in ids if id not in self.quotes]:
            raise refused(f"there is no quotation {absent[0]!r}")

    def _give(self, quote: Entry, speaker: str | None) -> None:
        quote["speaker_id"] = speaker
        quote["speaker"] = self.characters[speaker]["canonical_name"] if speaker else None
        if speaker is not None and quote["addressee_id"] == speaker:
            quote["addressee_id"] = None

    def _renumber(self, moved: dict[str, str]) -> None:
        """Follow characters to their new ids."""
        for quote in self.quotes.values():
            for field in ("speaker_id", "addressee_id"):
                quote[field] = moved.get(quote[field], quote[field])
            if quote["speaker_id"] is not None and quote["addressee_id"] == quote["speaker_id"]:
                quote["addressee_id"] = None
        for relation in self._relations:
            for end in ("from", "to"):
                relation[end] = moved.get(relation[end], relation[end])
        self._relations = [r for r in self._relations if r["from"] != r["to"]]
        for item in self._unsure:
            field = "ids" if item["kind"] == "alias" else "candidates"
            item[field] = list(dict.fromkeys(moved.get(id, id) for id in item[field]))
            if item["kind"] == "speaker":
                item["speaker_id"] = moved.get(item["speaker_id"], item["speaker_id"])
        self._forget(lambda item: item["kind"] == "alias" and len(item["ids"]) < 2)

    def _forget(self, is_settled: Callable[[Entry], bool]) -> None:
        self._unsure = [item for item in self._unsure if not is_settled(item)]

    def _words_at(self, place: Entry) -> str:
        return fold(self._source[place["start"] : place["end"]])

    def _settle(self, quote: Entry, old: Entry, new: Entry, named: set[str]) -> None:
        """The new one's quotations are those named, and those whose evidence is one of its names."""
        quote["speaker"] = old["canonical_name"]
        words = self._words_at(quote["evidence"]) if quote["evidence"] else ""
        if quote["id"] in named:
            self._give(quote, new["id"])
            quote |= {"method": METHOD, "confidence": 1.0}
        elif words in new["name_counts"]:
            self._give(quote, new["id"])
        elif words not in old["name_counts"] and quote["method"] != METHOD:
            quote["confidence"] = min(quote["confidence"], _IN_DOUBT)
            self._forget(lambda item: item["kind"] == "speaker" and item["quote"] == quote["id"])
            self._unsure.append(unsure_speaker(quote, [old["id"], new["id"]]))


def _absorb(kept: Entry, other: Entry) -> None:
    counts: dict[str, int] = kept["name_counts"]
    kept["name_counts"] = {
        name: counts.get(name, 0) + other["name_counts"].get(name, 0)
        for name in [*counts, *other["name_counts"]]
    }
    kept["mentions"] += other["mentions"]
    for field in ("gender", "age"):
        if kept[field] == "unknown":
            kept[field] = other[field]
    kept["traits"] = list(dict.fromkeys([*kept["traits"], *other["traits"]]))
    kept["is_narrator"] = kept["is_narrator"] or other["is_narrator"]
    firsts = [c["first_appearance_idx"] for c in (kept, other) if c["first_appearance_idx"] is not None]
    kept["first_appearance_idx"] = min(firsts, default=None)
    places = sorted([*kept["evidence"], *other["evidence"]], key=lambda place: place["start"])
    kept["evidence"] = places[:_MOST_EVIDENCE]


def _lock(character: Entry, field: str) -> None:
    character["locked"] = sorted({*character["locked"], field})
