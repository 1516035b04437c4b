"""Paths into a thread."""

from typing import Any

import pytest

from server.api.langgraph.extraction import extract, parse_path

THREAD = {"values": {"a": {"b": [{"c": 1}, {"c": 2}]}, "odd key": 3}, "metadata": {"0": "zero"}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("values.a.b[0].c", 1),
        ("values.a.b[-1].c", 2),
        ("values.a.b[2].c", None),
        ("values.a.b[-3]", None),
        ("values.a[0]", None),
        ("values.odd key", 3),
        ("values.a.b.c", None),
        ("metadata.0", "zero"),
        ("metadata", {"0": "zero"}),
        ("config.nothing.here", None),
    ],
)
def test_a_path_leads_to_what_stands_there(path: str, found: Any) -> None:
    assert extract(THREAD, parse_path(path)) == found


@pytest.mark.parametrize(
    "path",
    ["", "secret.a", "[0]", ".values", "values..a", "values.", "values[x]", "values[0]a", "values]"],
)
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"path|begin"):
        parse_path(path)
