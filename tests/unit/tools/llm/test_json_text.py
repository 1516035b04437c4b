"""Finding the JSON object in what a model wrote."""

import pytest

from tools.llm.json_text import find_object


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"a": [1]}', id="alone"),
        pytest.param('Here you are:\n```json\n{"a": [1]}\n```\nAnything else?', id="fenced"),
        pytest.param('As {asked}, {"a": [1]}', id="after braces that are no JSON"),
        pytest.param('{"a": 2} {"a": [1]}', id="after a shorter one"),
        pytest.param('{"b": "another, and longer"} {"a": [1]}', id="after another"),
        pytest.param('<think>{"a": 2</think>{"a": [1]}', id="after half an object"),
    ],
)
def test_object_is_found_among_other_words(text: str) -> None:
    assert find_object(text, ["a"]) == {"a": [1]}


@pytest.mark.parametrize("text", ["", "no object", '{"a": [1', '{"a": [{"b": 1}, {"b"', "[1, 2]"])
def test_no_complete_object_is_none(text: str) -> None:
    assert find_object(text, ["a"]) is None
