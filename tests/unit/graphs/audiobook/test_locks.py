"""What edits of a book come to, by the ids that it has now."""

from typing import Any

import pytest

from graphs.audiobook.locks import begin
from graphs.audiobook.scripting import script_of
from graphs.characters.edits import SPOKEN_OPERATIONS, Entry, parse_edits
from graphs.characters.history import amend, replay
from tests.fixtures.novel_results import SISTERS, sisters
from tools.errors import InvalidInput

LINES = script_of(SISTERS, sisters()["chapters"], sisters()["quotes"], "en")
BEGIN = begin(SISTERS, LINES)
LATE = next(line["id"] for line in LINES if "late" in SISTERS[line["start"] : line["end"]])
_VOICES = (
    {"op": "voice", "id": "c000", "voice": "low"},
    {"op": "voice", "id": "c001", "voice": "high"},
    {"op": "voice", "id": "narrator", "voice": "soft"},
)


def _history(*edits: Any, after: list[Entry] | None = None) -> list[Entry]:
    return amend(sisters(), after or [], parse_edits(edits, SPOKEN_OPERATIONS), SISTERS, BEGIN)


def _locks(history: list[Entry]) -> dict[str, Any]:
    return replay(sisters(), history, SISTERS, BEGIN)[0]["locks"]


def test_the_last_word_on_a_voice_holds_and_none_leaves_it_to_the_casting() -> None:
    again = ({"op": "voice", "id": "c000", "voice": "rough"}, {"op": "voice", "id": "c001", "voice": None})

    assert _locks(_history(*_VOICES, *again))["voices"] == {"c000": "rough", "narrator": "soft"}


def test_who_is_merged_into_somebody_has_the_voice_of_that_one_until_that_is_taken_back() -> None:
    history = _history(*_VOICES, {"op": "merge", "id": "c000", "ids": ["c001"]})

    assert _locks(history)["voices"] == {"c000": "low", "narrator": "soft"}
    back = _history({"op": "undo"}, after=history)
    assert _locks(back)["voices"] == {"c000": "low", "c001": "high", "narrator": "soft"}


def test_manners_of_a_line_add_up_and_none_is_as_it_was_found() -> None:
    history = _history(
        {"op": "say", "lines": [LATE], "tone": "sad", "strength": 10},
        {"op": "say", "lines": [LATE], "strength": None, "pause_ms": 7},
        {"op": "again", "lines": [LATE]},
        {"op": "again", "lines": [LATE]},
    )

    locks = _locks(history)
    assert (locks["lines"], locks["takes"]) == ({LATE: {"tone": "sad", "pause_ms": 7}}, {LATE: 2})


def test_a_line_is_found_by_its_words_where_the_text_has_moved() -> None:
    history = _history({"op": "say", "lines": [LATE], "tone": "sad"})
    moved = [{**line, "id": f"m{line['id']}"} for line in LINES]

    result, notes = replay(sisters(), history, SISTERS, begin(SISTERS, moved))  # type: ignore[arg-type]
    assert (result["locks"]["lines"], notes) == ({f"m{LATE}": {"tone": "sad"}}, [])
    result, notes = replay(sisters(), history, SISTERS, begin(SISTERS, LINES[:1]))
    assert (result["locks"]["lines"], [note["code"] for note in notes]) == ({}, ["edit_not_applied"])


@pytest.mark.parametrize(
    "edit",
    [
        {"op": "voice", "id": "c009", "voice": "low"},
        {"op": "style", "id": "c009", "styles": []},
        {"op": "say", "lines": ["l9999"], "tone": "sad"},
        {"op": "say", "lines": [LATE]},
        {"op": "again", "lines": ["l9999"]},
    ],
)
def test_an_edit_of_what_is_not_there_is_refused(edit: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as raised:
        _history(edit)
    assert raised.value.code == "invalid_edit"


def test_the_job_characters_takes_no_edits_of_an_audiobook() -> None:
    with pytest.raises(InvalidInput, match="'voice' is an edit of an audiobook"):
        parse_edits(_VOICES)
