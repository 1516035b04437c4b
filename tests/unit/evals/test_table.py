"""Tables for a terminal."""

from evals.table import percent, render_table


def test_columns_are_as_wide_as_needed() -> None:
    table = render_table(("name", "n"), [["a", "1"], ["longer", "22"]], foot=["all", "23"])

    assert table.split("\n") == [
        "name     n",
        "----------",
        "a        1",
        "longer  22",
        "----------",
        "all     23",
    ]


def test_share_is_shown_in_percent() -> None:
    assert percent(0.9743) == "97.4"
