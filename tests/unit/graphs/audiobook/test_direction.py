"""What a model is asked about lines, and what its answers make of them."""

from typing import Any

import pytest

from graphs.audiobook.direction import (
    DirectionAnswer,
    ask_direction,
    read_direction,
    windows,
    with_directions,
)
from graphs.audiobook.scripting import script_of

STORY = "“Go _now_,” said Ann. “Now, go!”\n\n“……”\n\n“Why?” asked Tom."
CHAPTERS = [{"index": 0, "title": "", "start": 0, "end": len(STORY)}]


def _quotes(text: str) -> list[dict[str, Any]]:
    places = [(at, text.index("”", at) + 1) for at, one in enumerate(text) if one == "“"]
    return [{"id": f"q{start}", "start": start, "end": end, "speaker_id": None} for start, end in places]


LINES = script_of(STORY, CHAPTERS, _quotes(STORY), "en")


def _answer(**changes: Any) -> dict[str, Any]:
    rows = [{"line": number, "tone": "sad", "strength": 50} for number in ("1", "2", "3")]
    rows[0] |= changes
    return {"lines": rows}


def _window() -> Any:
    (window,) = windows(STORY, LINES, "en", "m")
    return window


def test_quotations_that_can_be_said_are_numbered_in_the_text_around_them() -> None:
    window = _window()

    assert window.data["text"].startswith("[1]“Go _now_,” said Ann. [2]“Now, go!”")
    assert list(window.words.values())[2].startswith("“Why?”")


def test_the_same_words_are_the_same_question_wherever_they_stand() -> None:
    longer = "It rained.\n\n"
    chapters = [{**CHAPTERS[0], "end": len(longer)}]
    chapters.append({"index": 1, "title": "", "start": len(longer), "end": len(longer + STORY)})
    moved = script_of(longer + STORY, chapters, _quotes(longer + STORY), "en")

    assert [window.key for window in windows(longer + STORY, moved, "en", "m")] == [_window().key]
    assert [window.key for window in windows(STORY, LINES, "en", "another")] != [_window().key]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, set()),
        ({"emphasis": ["now"]}, set()),
        ({"emphasis": ["never"]}, {"1"}),
        ({"emphasis": [" "]}, {"1"}),
        ({"line": "7"}, {"1", "7"}),
        ({"line": "2"}, {"1", "2"}),
    ],
)
def test_answers_about_other_lines_or_words_are_told(change: dict[str, Any], wrong: set[str]) -> None:
    window = _window()
    question = ask_direction("en", window.data, window.words)

    found = question.check(DirectionAnswer.model_validate(_answer(**change)))

    assert {problem.item for problem in found} == wrong


def test_usable_lines_are_said_so_and_the_others_stay_as_the_rules_have_them() -> None:
    window = _window()
    answer = DirectionAnswer.model_validate(_answer(emphasis=["Go", "now"], pause="short"))
    rows = read_direction(answer, {"2"}, window.words)

    directed = with_directions(STORY, LINES, "en", "m", {window.key: rows})

    first = directed[0]
    assert (first["tone"], first["strength"], first["directed_by"]) == ("sad", 50, "model")
    assert first["pause_ms"] == LINES[0]["pause_ms"] // 2
    assert [STORY[start:end] for start, end in first["emphasis"]] == ["Go", "now"]  # the author's, too
    by = {STORY[line["start"] : line["end"]].strip(): line["directed_by"] for line in directed}
    assert (by["“Now, go!”"], by["“……”"], by["“Why?”"]) == ("rules", "rules", "model")
