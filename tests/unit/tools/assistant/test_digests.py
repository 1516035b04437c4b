"""Results that are cut to a size, and parts of them."""

import json

import pytest

from tools.assistant.digests import digest, files_in, part
from tools.errors import InvalidInput

_RESULT = {
    "characters": [{"name": f"Person {number}", "lines": list(range(50))} for number in range(200)],
    "text": "word " * 2000,
    "files": {
        "de": {"file_id": "f-1", "name": "book.de.txt"},
        "fr": [{"file_id": "f-2"}, {"file_id": "f-1"}],
    },
}


def test_what_is_cut_says_how_much_there_is() -> None:
    cut = digest(_RESULT, most=4000)

    assert len(json.dumps(cut)) <= 4000
    assert cut["characters"][-1] == "… (200 in all)"
    assert cut["text"].endswith("… (10000 characters)")


def test_what_fits_is_left_whole() -> None:
    assert digest({"a": [1, 2, 3], "b": "short"}) == {"a": [1, 2, 3], "b": "short"}


def test_what_no_cut_makes_fit_is_told_by_its_fields_and_size() -> None:
    wide = {f"field{number}": "x" * 50 for number in range(500)}

    assert digest(wide, most=1000)["size"] == len(json.dumps(wide))


@pytest.mark.parametrize(
    ("path", "found"),
    [("characters.3.name", "Person 3"), ("characters.0.lines.7", 7), ("files.de.name", "book.de.txt")],
)
def test_part_is_what_lies_at_its_path(path: str, found: object) -> None:
    assert part(_RESULT, path) == found


@pytest.mark.parametrize("path", ["nobody", "characters.200", "characters.x", "text.0"])
def test_path_to_nothing_names_what_there_is(path: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        part(_RESULT, path)
    assert raised.value.code == "no_such_part"
    assert "has:" in raised.value.hint


def test_each_file_of_a_result_comes_once() -> None:
    assert files_in(_RESULT) == [{"file_id": "f-1", "name": "book.de.txt"}, {"file_id": "f-2"}]
