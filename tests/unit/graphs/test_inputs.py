"""What is told of an input that is wrong, wherever in it."""

from typing import Any

import pytest

from graphs.audiobook.request import parse_input as parse_book
from graphs.dialogue.state import parse_input as parse_talk
from graphs.subtitles.state import parse_input as parse_subtitles
from graphs.topics.state import parse_input as parse_corpus
from tools.errors import InvalidInput


@pytest.mark.parametrize(
    ("parse", "given", "place", "names"),
    [
        (parse_talk, {"bad": 1}, "the input", "setup, said, corrections"),
        (parse_talk, {"setup": {"partner": {"bad": 1}}}, "setup.partner", "name"),
        (parse_talk, {"said": [{"speaker": "me", "text": "a", "bad": 1}]}, "said.0", "id, speaker, text"),
        (
            parse_book,
            {"text": "a", "options": {"recognition": {"bad": 1}}},
            "options.recognition",
            "enable_coreference, enable_dialogue",
        ),
        (
            parse_subtitles,
            {"text": "a", "operation": "sync", "sync": {"points": [{"from_ms": 1, "to_ms": 2, "bad": 1}]}},
            "sync.points.0",
            "from_ms, to_ms",
        ),
        (parse_corpus, {"texts": ["a"], "options": {"cleaning": {"bad": 1}}}, "options.cleaning", "language"),
    ],
)
def test_unknown_field_is_named_with_those_that_its_place_allows(
    parse: Any, given: dict[str, Any], place: str, names: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(given)

    assert refused.value.code == "unknown_option"
    assert refused.value.hint.startswith(f"Allowed in {place}: {names}")


def test_a_value_of_several_types_is_refused_by_its_field_alone() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_talk({"undo": "none"})

    assert {part.split(":")[0] for part in refused.value.message.split("; ")} == {"undo"}
