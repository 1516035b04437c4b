"""Checking the input of the characters graph."""

from typing import Any

import pytest

from graphs.characters.state import parse_input
from tools.errors import InvalidInput


def test_defaults_are_those_of_the_old_recogniser() -> None:
    assert parse_input({"text": "x"}).options.model_dump() == {
        "enable_coreference": True,
        "enable_dialogue": True,
        "enable_relations": True,
        "enable_portraits": True,
        "similarity_threshold": 0.8,
        "max_characters": None,
        "min_mentions": 2,
        "review": False,
        "sure_from": 0.6,
    }


def test_unknown_option_is_named_with_those_allowed() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_input({"text": "x", "options": {"min_mention": 3}})

    assert "options.min_mention" in caught.value.message
    assert "min_mentions" in caught.value.hint
    assert caught.value.code == "unknown_option"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        pytest.param({}, "text and file_id", id="neither text nor file"),
        pytest.param({"text": "x", "file_id": "y"}, "text and file_id", id="both"),
        pytest.param({"text": "x", "language": "fr"}, "language", id="language"),
        pytest.param({"text": "x", "titel": "y"}, "titel", id="unknown field"),
        pytest.param({"text": 7}, "text", id="text that is none"),
        pytest.param(
            {"text": "x", "options": {"similarity_threshold": 2}}, "similarity_threshold", id="too high"
        ),
        pytest.param({"text": "x", "options": {"max_characters": 0}}, "max_characters", id="too low"),
        pytest.param(
            {"text": "x", "options": None, "min_mentions": 1}, "min_mentions", id="option outside options"
        ),
    ],
)
def test_wrong_input_is_refused_by_name(values: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        parse_input(values)


def test_long_value_is_not_repeated_whole() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_input({"text": "x", "language": "y" * 5000})

    assert len(caught.value.message) < 300


def test_field_that_is_null_counts_as_absent() -> None:
    assert parse_input({"text": "x", "file_id": None, "options": None}).text == "x"
