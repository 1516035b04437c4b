"""Containment of JSON in JSON, as PostgreSQL's manual has it."""

from typing import Any

import pytest

from server.db.containment import holds

WHOLE = {"a": {"b": "x", "c": [1, {"d": 2}]}, "n": 1, "f": 1.0, "t": True, "z": None, "l": [[1, 2], "s"]}


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"a": {}},
        {"a": {"b": "x"}},
        {"a": {"c": [{"d": 2}]}},
        {"a": {"c": [1, 1]}},
        {"n": 1.0},
        {"f": 1},
        {"t": True},
        {"z": None},
        {"l": ["s", [2]]},
        {"l": []},
    ],
)
def test_what_is_in_it(part: Any) -> None:
    assert holds(WHOLE, part)


@pytest.mark.parametrize(
    "part",
    [
        {"a": {"b": "y"}},
        {"a": "x"},
        {"a": {"c": {"d": 2}}},
        {"n": True},
        {"t": 1},
        {"n": "1"},
        {"missing": None},
        {"l": [3]},
        {"l": "s"},
        {"l": [[3]]},
    ],
)
def test_what_is_not_in_it(part: Any) -> None:
    assert not holds(WHOLE, part)
