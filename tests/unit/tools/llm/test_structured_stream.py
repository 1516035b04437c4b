"""Objects out of JSON that is still being written."""

import json

import pytest

from tools.llm.structured_stream import ObjectReader

_ROWS = [{"id": "1", "text": 'a "quoted" ] } word'}, {"id": "2", "nested": {"list": [{"x": 1}]}}, {}]
_ANSWER = json.dumps({"first": [{"no": 1}], "rows": _ROWS, "last": [{"no": 2}]})


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_each_object_comes_once_whatever_the_pieces(size: int) -> None:
    reader = ObjectReader("rows")
    pieces = [_ANSWER[at : at + size] for at in range(0, len(_ANSWER), size)]

    assert [found for piece in pieces for found in reader.feed(piece)] == _ROWS


def test_object_comes_as_soon_as_it_is_whole() -> None:
    reader = ObjectReader("rows")

    assert reader.feed('Of course! {"rows": [{"id": "1"') == []
    assert reader.feed("}") == [{"id": "1"}]
    assert reader.feed(', {"id": "2') == []


def test_what_is_no_object_is_passed_over() -> None:
    assert ObjectReader("rows").feed('{"rows": [null, 7, "x", {"id": "1"}]}') == [{"id": "1"}]


def test_half_an_object_is_none() -> None:
    assert ObjectReader("rows").feed('{"rows": [{"id": "1", "text": "cut') == []
