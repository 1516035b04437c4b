"""What each edit makes of a result."""

from typing import Any

import pytest

from graphs.characters.editing import Draft
from graphs.characters.edits import Change, parse_edits
from tests.fixtures.novel_results import SISTERS, sisters
from tools.errors import InvalidInput


def _edited(*edits: dict[str, Any]) -> dict[str, Any]:
    draft = Draft(sisters(), SISTERS)
    for number, edit in enumerate(parse_edits(edits), 1):
        assert isinstance(edit, Change)
        draft.apply(edit, f"e{number}")
    return draft.finish()


def _by_id(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {character["id"]: character for character in result["characters"]}


def _said(result: dict[str, Any]) -> list[str | None]:
    return [quote["speaker_id"] for quote in result["quotes"]]


_SPLIT = {"op": "split", "id": "c000", "names": ["Jane Lane"]}


def test_result_without_edits_stays_as_it_was() -> None:
    assert _edited() == sisters()


def test_split_takes_names_mentions_and_the_quotations_that_its_names_show() -> None:
    people = _by_id(result := _edited(_SPLIT))

    assert list(people) == ["c000", "c001", "e1"]
    assert (people["e1"]["canonical_name"], people["e1"]["mentions"], people["e1"]["quotes"]) == (
        "Jane Lane",
        2,
        1,
    )
    assert (people["c000"]["aliases"], people["c000"]["mentions"]) == ([], 2)
    assert _said(result) == ["c001", "c000", "e1", None]
    assert result["quotes"][2]["speaker"] == "Jane Lane"


def test_split_takes_ties_along_with_the_places_that_name_it() -> None:
    ties = [(tie["from"], tie["to"], tie["type"]) for tie in _edited(_SPLIT)["relations"]]

    assert ("c001", "e1", "cousin") in ties
    assert ("c000", "c001", "cousin") not in ties


def test_quotation_that_neither_name_shows_is_unsure_after_a_split() -> None:
    fourth = sisters()["quotes"][3]["id"]
    draft = Draft(sisters(), SISTERS)
    draft.quotes[fourth] |= {
        "speaker_id": "c000",
        "speaker": "Miss Lane",
        "method": "turns",
        "confidence": 0.8,
    }
    split = parse_edits([_SPLIT])[0]
    assert isinstance(split, Change)
    draft.apply(split, "e1")
    item = next(item for item in draft.finish()["unsure"] if item.get("quote") == fourth)

    assert (item["confidence"], item["candidates"]) == (0.5, ["c000", "e1"])


def test_merge_undoes_a_split_but_for_the_locks() -> None:
    before, after = sisters(), _edited(_SPLIT, {"op": "merge", "id": "c000", "ids": ["e1"]})

    assert _said(after) == _said(before)
    assert after["relations"] == before["relations"]
    assert after["alias_map"] == before["alias_map"]
    assert _by_id(after)["c000"] | {"locked": []} == _by_id(before)["c000"]


def test_merged_people_do_not_talk_with_themselves() -> None:
    merged = _edited({"op": "merge", "id": "c001", "ids": ["c000"]})

    assert [c["id"] for c in merged["characters"]] == ["c001"]
    assert merged["relations"] == []
    assert {quote["addressee_id"] for quote in merged["quotes"]} == {None}
    assert {quote["speaker"] for quote in merged["quotes"]} == {"Mr. Hale", None}
    assert [item["kind"] for item in merged["unsure"]] == ["speaker"]


def test_new_name_is_everywhere_and_the_old_one_an_alias() -> None:
    renamed = _edited({"op": "rename", "id": "c001", "name": "Edward  Hale"})

    assert _by_id(renamed)["c001"]["aliases"] == ["Mr. Hale"]
    assert renamed["quotes"][0]["speaker"] == "Edward Hale"
    assert renamed["alias_map"]["Mr. Hale"] == renamed["alias_map"]["Edward Hale"] == "Edward Hale"


def test_what_is_described_is_locked() -> None:
    described = {"op": "describe", "id": "c001", "age": "senior", "importance": "minor", "traits": ["slow"]}
    hale = _by_id(_edited(described))["c001"]

    assert (hale["age"], hale["importance"], hale["traits"], hale["gender"]) == (
        "senior",
        "minor",
        ["slow"],
        "male",
    )
    assert hale["locked"] == ["age", "importance", "traits"]


def test_assigned_quotation_is_sure_and_counts_follow() -> None:
    last = sisters()["quotes"][3]["id"]
    assigned = _edited({"op": "assign", "quotes": [last], "speaker_id": "c001", "addressee_id": "c000"})

    assert (assigned["quotes"][3]["method"], assigned["quotes"][3]["confidence"]) == ("edit", 1.0)
    assert _by_id(assigned)["c001"]["quotes"] == 2
    assert assigned["statistics"]["attributed_dialogues"] == 4
    assert [item["kind"] for item in assigned["unsure"]] == ["alias"]
    assert next(t["weight"] for t in assigned["relations"] if t["type"] == "talks_with") == 3


def test_addressee_alone_leaves_the_speaker() -> None:
    last = sisters()["quotes"][0]["id"]
    assigned = _edited({"op": "assign", "quotes": [last], "addressee_id": None})

    assert (assigned["quotes"][0]["speaker_id"], assigned["quotes"][0]["addressee_id"]) == ("c001", None)
    assert assigned["quotes"][0]["method"] == "said_name"


def test_parted_people_are_not_asked_about_again() -> None:
    parted = _edited({"op": "part", "ids": ["c001", "c000"]})

    assert [item["kind"] for item in parted["unsure"]] == ["speaker"]


def test_added_character_can_speak() -> None:
    last = sisters()["quotes"][3]["id"]
    added = _edited(
        {"op": "add", "name": "The Clock", "age": "senior"},
        {"op": "assign", "quotes": [last], "speaker_id": "e1"},
    )

    assert (_by_id(added)["e1"]["quotes"], added["quotes"][3]["speaker"]) == (1, "The Clock")
    assert added["alias_map"]["The Clock"] == "The Clock"


def test_removed_character_leaves_its_quotations_unattributed() -> None:
    removed = _edited({"op": "remove", "id": "c000"})

    assert _said(removed) == ["c001", None, None, None]
    assert removed["quotes"][1]["method"] == "none"
    assert removed["relations"] == []
    assert removed["statistics"]["total_characters"] == 1


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        ({"op": "merge", "id": "c009", "ids": ["c000"]}, "c009"),
        ({"op": "merge", "id": "c000", "ids": ["c000"]}, "itself"),
        ({"op": "split", "id": "c000", "names": ["Mary"]}, "Jane Lane, Miss Lane"),
        ({"op": "split", "id": "c000", "names": ["Jane Lane", "Miss Lane"]}, "without a name"),
        ({"op": "split", "id": "c000", "names": ["Jane Lane"], "quotes": ["q9"]}, "q9"),
        ({"op": "assign", "quotes": ["q9"], "speaker_id": "c000"}, "q9"),
        ({"op": "assign", "quotes": ["q48"], "speaker_id": "c7"}, "c7"),
    ],
)
def test_edit_of_what_is_not_there_is_refused_by_name(edit: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        _edited(edit)


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        ({"op": "rename", "id": "c0"}, "edits.0.rename.name"),
        ({"op": "rename", "id": "c0", "name": "   "}, "edits.0.rename.name"),
        ({"op": "turn"}, "edits.0"),
        ({"op": "describe", "id": "c0"}, "at least one"),
        ({"op": "assign", "quotes": ["q1"]}, "at least one"),
        ({"op": "undo", "edits": "e1"}, "edits.0.undo.edits"),
        ("undo", "edits.0"),
    ],
)
def test_malformed_edit_is_refused_by_its_place(edit: Any, named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        parse_edits([edit])
