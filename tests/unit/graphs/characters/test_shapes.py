"""Rows that share their keys."""

import sys

from graphs.characters.shapes import Shape

_FIELDS = {"id": "q0", "start": 0, "end": 5, "text": "“Go,”", "speaker": None, "evidence": None}


def test_rows_of_a_shape_take_less_than_dicts_with_the_same_fields() -> None:
    shape = Shape()
    rows = [shape.row(_FIELDS) for _ in range(40)]  # Python leaves the first thirty room for more keys

    assert rows == [_FIELDS] * 40
    assert sys.getsizeof(rows[-1]) < sys.getsizeof({**_FIELDS}) / 2


def test_a_row_can_be_changed_alone() -> None:
    shape = Shape()
    one, other = shape.row(_FIELDS), shape.row(_FIELDS)
    one["speaker"] = "Jane"

    assert (one["speaker"], other["speaker"]) == ("Jane", None)
    assert list(one) == list(_FIELDS)
