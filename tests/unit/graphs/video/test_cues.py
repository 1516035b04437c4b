"""What people may change of cues."""

import pytest

from graphs.video.cues import Answer
from graphs.video.state import PackedCue

CUES = [PackedCue(id=1, start=0, end=1000, text="One."), PackedCue(id=2, start=2000, end=3000, text="Two.")]


def test_an_edit_changes_its_cue_alone() -> None:
    answer = Answer({"edits": {"2": {"text": " Deux. ", "end": 3500}}, "again": [1]})

    cues, again = answer.words(CUES)

    assert cues == [CUES[0], {"id": 2, "start": 2000, "end": 3500, "text": "Deux."}]
    assert again == [1]
    assert answer.problems == []


def test_a_text_alone_is_an_edit() -> None:
    assert Answer({"edits": {"1": "Un."}}).words(CUES)[0][0]["text"] == "Un."


@pytest.mark.parametrize(
    "value",
    [
        None,
        "yes",
        {"edit": {}},
        {"edits": ["1"]},
        {"edits": {"3": "x"}},
        {"edits": {"1": ""}},
        {"edits": {"1": {"text": "x", "id": 7}}},
        {"edits": {"1": {"start": 900, "end": 800}}},
        {"edits": {"1": {"start": True}}},
        {"edits": {"1": {"start": -1}}},
        {"edits": {"1": 5}},
        {"again": "1"},
        {"again": ["9"]},
    ],
)
def test_an_answer_that_cannot_be_used_says_why(value: object) -> None:
    answer = Answer(value)
    if value is not None:
        answer.words(CUES)

    assert answer.problems


def test_translations_are_edited_by_target() -> None:
    answer = Answer({"edits": {"fr": {"1": "Un."}}, "again": {"fr": ["2"]}})

    translated, again = answer.translations({"fr": CUES, "de": CUES})

    assert translated["fr"][0]["text"] == "Un."
    assert translated["de"] == CUES
    assert again == {"fr": [2]}


def test_an_unknown_target_is_named() -> None:
    answer = Answer({"edits": {"es": {"1": "Uno."}}})
    answer.translations({"fr": CUES})

    assert "es" in answer.problems[0]
