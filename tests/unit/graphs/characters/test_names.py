"""What the model is shown when it is asked about names."""

from graphs.characters.names import name_windows

_TEXT = "Ann met Mr.\nLee. Ann left."


def test_window_lists_each_name_in_it_once_under_the_book_s_id() -> None:
    mentions = [0, 3, 8, 15, 17, 20]
    ((_, window),) = name_windows(_TEXT, mentions, ["Bob", "Ann", "Mr. Lee"], "en")

    assert window["text"] == _TEXT
    assert window["names"] == [{"id": "n1", "name": "Ann"}, {"id": "n2", "name": "Mr. Lee"}]


def test_window_without_names_is_asked_about_too() -> None:
    """The rules may have missed somebody there."""
    assert [window["names"] for _, window in name_windows(_TEXT, [], [], "en")] == [[]]
