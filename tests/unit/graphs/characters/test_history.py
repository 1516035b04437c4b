"""Edits as a history: taken back, made again, and found again in a text that has changed."""

from typing import Any

import pytest

from graphs.characters.edits import Entry, parse_edits
from graphs.characters.history import amend, facts_of, replay
from tests.fixtures.novel_results import SISTERS, sisters
from tools.errors import InvalidInput

_SPLIT = {"op": "split", "id": "c000", "names": ["Jane Lane"]}
_RENAME = {"op": "rename", "id": "e1", "name": "Jane"}


def _history(*edits: Any, after: list[Entry] | None = None) -> list[Entry]:
    return amend(sisters(), after or [], parse_edits(edits), SISTERS)


def _names(history: list[Entry], base: dict[str, Any] | None = None, source: str = SISTERS) -> list[str]:
    return [c["canonical_name"] for c in replay(base or sisters(), history, source)[0]["characters"]]


def test_edits_are_replayed_in_order() -> None:
    assert _names(_history(_SPLIT, _RENAME)) == ["Miss Lane", "Mr. Hale", "Jane"]


def test_undo_takes_back_one_after_the_other_and_redo_makes_them_again() -> None:
    history = _history(_SPLIT, _RENAME)

    once = _history({"op": "undo"}, after=history)
    assert _names(once) == ["Miss Lane", "Mr. Hale", "Jane Lane"]
    twice = _history({"op": "undo"}, after=once)
    assert replay(sisters(), twice, SISTERS)[0] == sisters()
    assert _names(_history({"op": "redo"}, {"op": "redo"}, after=twice)) == ["Miss Lane", "Mr. Hale", "Jane"]


def test_named_edit_is_taken_back_and_what_hung_on_it_is_said() -> None:
    history = _history(_SPLIT, _RENAME, {"op": "rename", "id": "c001", "name": "Edward"})
    undone = _history({"op": "undo", "edit": "e1"}, after=history)
    result, notes = replay(sisters(), undone, SISTERS)

    assert [c["canonical_name"] for c in result["characters"]] == ["Jane", "Edward"]
    assert notes == []


def test_edit_that_finds_nothing_any_more_is_said() -> None:
    history = _history({"op": "rename", "id": "c001", "name": "Edward"})
    other = sisters() | {"characters": sisters()["characters"][:1]}
    notes = replay(other, history, SISTERS)[1]

    assert [note["code"] for note in notes] == ["edit_not_applied"]
    assert "Mr. Hale" in notes[0]["message"]


@pytest.mark.parametrize(
    "edits",
    [
        [{"op": "undo"}],
        [{"op": "redo"}],
        [_SPLIT, {"op": "undo", "edit": "e7"}],
        [_SPLIT, {"op": "redo"}],
        [_SPLIT, {"op": "undo"}, {"op": "undo"}],
        [_SPLIT, {"op": "redo", "edit": "e1"}],
    ],
    ids=str,
)
def test_nothing_to_take_back_or_to_make_again_is_refused(edits: list[Any]) -> None:
    with pytest.raises(InvalidInput):
        _history(*edits)


def test_refused_edit_leaves_the_history_as_it_was() -> None:
    history = _history(_SPLIT)
    with pytest.raises(InvalidInput):
        _history(_RENAME, {"op": "remove", "id": "c77"}, after=history)

    assert len(history) == 1


def test_edits_find_people_and_quotations_again_in_a_changed_text() -> None:
    last = sisters()["quotes"][3]["id"]
    history = _history(
        {"op": "rename", "id": "c001", "name": "Edward"},
        {"op": "assign", "quotes": [last], "speaker_id": "c001"},
    )
    longer = '"Is it late?" said nobody.\n\n' + SISTERS
    base = sisters(longer)
    for character, number in zip(base["characters"], ("c005", "c001"), strict=True):
        character["id"] = number
    base["characters"][1]["id"], base["characters"][0]["id"] = "c000", "c001"
    for quote in base["quotes"]:
        quote["speaker_id"] = {"c000": "c001", "c001": "c000", None: None}[quote["speaker_id"]]
    result, notes = replay(base, history, longer)

    assert notes == []
    assert [(c["id"], c["canonical_name"]) for c in result["characters"]] == [
        ("c001", "Miss Lane"),
        ("c000", "Edward"),
    ]
    assert (result["quotes"][3]["speaker"], result["quotes"][3]["id"] != last) == ("Edward", True)


def test_of_quotations_with_the_same_words_the_one_between_the_same_neighbours_is_found() -> None:
    base = sisters()
    for quote in (base["quotes"][1], base["quotes"][3]):
        quote["text"] = "“Yes.”"
    entries = amend(
        base,
        [],
        parse_edits([{"op": "assign", "quotes": [base["quotes"][3]["id"]], "speaker_id": "c001"}]),
        SISTERS,
    )
    moved = {**base, "quotes": [q | {"id": f"q{900 + n}"} for n, q in enumerate(base["quotes"])]}

    assert [q["method"] for q in replay(moved, entries, SISTERS)[0]["quotes"]].index("edit") == 3


def test_split_that_the_rules_made_themselves_gives_the_new_one_its_id() -> None:
    history = _history(_SPLIT, _RENAME)
    split = replay(sisters(), _history(_SPLIT), SISTERS)[0]
    split["characters"][2]["id"] = "c002"
    for quote in split["quotes"]:
        quote["speaker_id"] = "c002" if quote["speaker_id"] == "e1" else quote["speaker_id"]
    result = replay(split, history, SISTERS)[0]

    assert [(c["id"], c["canonical_name"]) for c in result["characters"]][2] == ("e1", "Jane")
    assert result["quotes"][2]["speaker_id"] == "e1"


def test_merge_that_the_rules_made_themselves_changes_nothing() -> None:
    merge = {"op": "merge", "id": "c000", "ids": ["c001"]}
    merged = replay(sisters(), _history(merge), SISTERS)[0]

    assert replay(merged, _history(merge), SISTERS) == (merged, [])


def test_rules_are_told_what_edits_say_about_names() -> None:
    facts = facts_of(_history(_SPLIT, {"op": "describe", "id": "c001", "gender": "female"}))

    assert facts is not None
    assert facts.different == (("Jane Lane", "Miss Lane"),)
    assert facts.genders == {"Mr. Hale": "female"}
    merged = facts_of(_history({"op": "merge", "id": "c000", "ids": ["c001"]}))
    assert merged is not None
    assert merged.same == (("Miss Lane", "Jane Lane"), ("Miss Lane", "Mr. Hale"))


def test_rules_are_told_nothing_of_what_was_taken_back() -> None:
    assert facts_of(_history(_SPLIT, {"op": "undo"})) is None


def test_history_of_another_thread_is_taken_over_once() -> None:
    kept = [entry.model_dump(exclude_unset=True) for entry in _history(_SPLIT, _RENAME)]
    taken = _history(*kept)

    assert _names(taken) == ["Miss Lane", "Mr. Hale", "Jane"]
    assert _history(*kept, after=taken) == taken
    with pytest.raises(InvalidInput, match="another edit e1"):
        _history(*kept, after=_history(_RENAME | {"id": "c001"}))
